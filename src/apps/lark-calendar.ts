import type { AppDefinition } from './definition.ts';
import { LARK_KEYS, larkCredential } from './lark.ts';

export const larkCalendar = {
  slug: 'lark-calendar',
  dirName: 'larkcalendar',
  name: 'Lark Calendar',
  type: 'lark_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Lark (international) calendar sync.',
  keys: LARK_KEYS,
  publicKeys: ['app_id'],
  keysAt: 'https://open.larksuite.com/app',
  credential: larkCredential('https://open.larksuite.com'),
} as const satisfies AppDefinition;
