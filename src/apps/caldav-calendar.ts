import type { AppDefinition } from './definition.ts';
import { NO_KEYS, OWN_SERVER, ownServerFields, USED_AS_PUSHED } from './shared.ts';

export const caldavCalendar = {
  slug: 'caldav-calendar',
  dirName: 'caldavcalendar',
  name: 'CalDav (Beta)',
  type: 'caldav_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Generic CalDAV calendar with server URL, user name and password.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'basic',
    schema: OWN_SERVER,
    fields: ownServerFields(
      'The address of the CalDAV server, such as https://cloud.example/remote.php/dav.',
    ),
    nesting: 'string',
    verify: 'caldav',
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
