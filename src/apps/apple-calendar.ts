import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, PASSWORD_FIELD, text, USED_AS_PUSHED, USERNAME_FIELD } from './shared.ts';

export const appleCalendar = {
  slug: 'apple-calendar',
  dirName: 'applecalendar',
  name: 'Apple Calendar',
  type: 'apple_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'iCloud calendar over CalDAV with an app-specific password.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'basic',
    schema: z.looseObject({ username: text, password: text }),
    fields: [
      { ...USERNAME_FIELD, label: 'Apple Account', hint: 'The mail address of the Apple Account.' },
      {
        ...PASSWORD_FIELD,
        label: 'App-specific password',
        hint: 'Make one at account.apple.com; the password of the account itself is refused.',
      },
    ],
    nesting: 'string',
    verify: 'caldav',
    apiBase: 'https://caldav.icloud.com',
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
