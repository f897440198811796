import type { AppDefinition } from './definition.ts';
import { BY_EWS } from './exchange.ts';
import { NO_KEYS } from './shared.ts';

export const exchange2016Calendar = {
  slug: 'exchange2016-calendar',
  dirName: 'exchange2016calendar',
  name: 'Microsoft Exchange 2016 Calendar',
  type: 'exchange2016_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'On-premises Exchange 2016 calendar over EWS.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: BY_EWS,
} as const satisfies AppDefinition;
