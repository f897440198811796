import type { CalendarWork } from './definition.ts';
import { googleCalendarWork } from './google-calendar.ts';

export * from './call-provider.ts';
export * from './definition.ts';

/** The apps whose calendars this instance works with. */
export const CALENDARS: ReadonlyMap<string, CalendarWork> = new Map([
  ['google-calendar', googleCalendarWork],
]);
