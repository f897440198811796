/** A calendar of the user's account at the provider. */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
  readonly writable: boolean;
  readonly timeZone: string | null;
}

/** A time span; both ends ISO 8601 with an offset. */
export interface Span {
  readonly start: string;
  readonly end: string;
}

export interface CalendarEvent extends Span {
  readonly id: string;
  readonly calendarId: string;
  readonly title: string;
}

export interface ProviderRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the app's API base. */
  readonly path: string;
  readonly json?: unknown;
}

/** Sends a request with the user's token; gives the parsed answer, or null for an empty one. */
export type CallProvider = (request: ProviderRequest) => Promise<unknown>;

/** What the instance can do with an app's calendars. One record an app. */
export interface CalendarWork {
  listCalendars(call: CallProvider): Promise<Calendar[]>;
  busyTimes(call: CallProvider, span: Span, calendarIds: readonly string[]): Promise<Span[]>;
  listEvents(call: CallProvider, span: Span, calendarId: string): Promise<CalendarEvent[]>;
  createEvent(call: CallProvider, event: Omit<CalendarEvent, 'id'>): Promise<CalendarEvent>;
  deleteEvent(call: CallProvider, event: { readonly id: string; readonly calendarId: string }): Promise<void>;
}
