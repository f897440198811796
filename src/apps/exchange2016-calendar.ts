import type { AppDefinition } from './definition.ts';
import { EWS_HINT } from './exchange.ts';
import { NO_KEYS, OWN_SERVER, ownServerFields, USED_AS_PUSHED } from './shared.ts';

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
  credential: {
    kind: 'basic',
    schema: OWN_SERVER,
    fields: ownServerFields(EWS_HINT),
    nesting: 'string',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
