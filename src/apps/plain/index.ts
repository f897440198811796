import type { AppDefinition } from '../definition.ts';
import { ANALYTICS } from './analytics.ts';
import { AUTOMATION } from './automation.ts';
import { CONFERENCING } from './conferencing.ts';
import { OTHER } from './other.ts';
import { CALENDAR, CRM, MESSAGING, PAYMENT } from './several.ts';

/** Every app without a user's credential: a link, a tag, or the operator's own key. */
export const PLAIN_APPS: readonly AppDefinition[] = [
  ...ANALYTICS,
  ...AUTOMATION,
  ...CALENDAR,
  ...CONFERENCING,
  ...CRM,
  ...MESSAGING,
  ...OTHER,
  ...PAYMENT,
];
