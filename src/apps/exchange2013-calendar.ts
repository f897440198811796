import type { AppDefinition } from './definition.ts';
import { BY_EWS } from './exchange.ts';
import { NO_KEYS } from './shared.ts';

export const exchange2013Calendar = {
  slug: 'exchange2013-calendar',
  dirName: 'exchange2013calendar',
  name: 'Microsoft Exchange 2013 Calendar',
  type: 'exchange2013_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'On-premises Exchange 2013 calendar over EWS.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: BY_EWS,
} as const satisfies AppDefinition;
