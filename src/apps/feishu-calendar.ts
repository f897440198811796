import type { AppDefinition } from './definition.ts';
import { LARK_KEYS, larkCredential } from './lark.ts';

export const feishuCalendar = {
  slug: 'feishu-calendar',
  dirName: 'feishucalendar',
  name: 'Feishu Calendar',
  type: 'feishu_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Feishu (China) calendar sync.',
  keys: LARK_KEYS,
  publicKeys: ['app_id'],
  keysAt: 'https://open.feishu.cn/app',
  credential: larkCredential('https://open.feishu.cn'),
} as const satisfies AppDefinition;
