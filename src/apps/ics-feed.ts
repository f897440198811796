import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, USED_AS_PUSHED } from './shared.ts';

export const icsFeed = {
  slug: 'ics-feed',
  dirName: 'ics-feedcalendar',
  name: 'ICS Feed',
  type: 'ics-feed_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Read-only availability from ICS feed URLs.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'url_list',
    schema: z.looseObject({ urls: z.array(z.url()).min(1) }),
    fields: [
      {
        name: 'urls',
        label: 'Addresses of the feeds',
        input: 'lines',
        required: true,
        hint: 'One a line. Whoever has such an address can read the calendar.',
      },
    ],
    nesting: 'string',
    verify: 'ics',
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
