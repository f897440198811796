import type { AppDefinition } from './definition.ts';
import { EWS_HINT } from './exchange.ts';
import { NO_KEYS, OWN_SERVER, ownServerFields, USED_AS_PUSHED } from './shared.ts';

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
  credential: {
    kind: 'basic',
    schema: OWN_SERVER,
    fields: ownServerFields(EWS_HINT),
    nesting: 'string',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
