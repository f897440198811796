import { z } from 'zod';
import { KeyferryError } from '../../protocol/index.ts';
import type { CalendarEvent, CalendarWork } from './definition.ts';

const BASE = '/calendar/v3';

const calendarListSchema = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        summary: z.string().default(''),
        primary: z.boolean().default(false),
        accessRole: z.string().optional(),
        timeZone: z.string().nullish(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

const spanSchema = z.object({ start: z.string(), end: z.string() });

const freeBusySchema = z.object({
  calendars: z.record(
    z.string(),
    z.object({ busy: z.array(spanSchema).default([]), errors: z.array(z.unknown()).optional() }),
  ),
});

const momentSchema = z.object({ dateTime: z.string().optional(), date: z.string().optional() });

const eventSchema = z.object({
  id: z.string(),
  summary: z.string().default(''),
  start: momentSchema,
  end: momentSchema,
});

const eventsSchema = z.object({
  items: z.array(eventSchema).default([]),
  nextPageToken: z.string().optional(),
});

/** How many pages of a list are read: beyond it something is wrong with the provider. */
const MAX_PAGES = 20;

/** Google Calendar API v3. */
export const googleCalendarWork: CalendarWork = {
  async listCalendars(call) {
    const items = await pages(async page =>
      read(
        calendarListSchema,
        await call({
          method: 'GET',
          path: `${BASE}/users/me/calendarList?${query({ maxResults: '250', pageToken: page })}`,
        }),
      ),
    );
    return items.map(({ id, summary, primary, accessRole, timeZone }) => ({
      id,
      name: summary,
      primary,
      writable: accessRole === 'owner' || accessRole === 'writer',
      timeZone: timeZone ?? null,
    }));
  },

  async busyTimes(call, { start, end }, calendarIds) {
    const json = { timeMin: start, timeMax: end, items: calendarIds.map(id => ({ id })) };
    const { calendars } = read(
      freeBusySchema,
      await call({ method: 'POST', path: `${BASE}/freeBusy`, json }),
    );
    for (const id of calendarIds) {
      // A calendar that cannot be read must not look free.
      if (!calendars[id] || (calendars[id].errors?.length ?? 0) > 0) {
        throw new KeyferryError('provider_failed', 'Google could not read one of the calendars.', {
          remedy: 'List the calendars again: one may have been deleted or unshared.',
        });
      }
    }
    return Object.values(calendars)
      .flatMap(({ busy }) => busy)
      .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  },

  async listEvents(call, { start, end }, calendarId) {
    const items = await pages(async page =>
      read(
        eventsSchema,
        await call({
          method: 'GET',
          path: `${events(calendarId)}?${query({
            timeMin: start,
            timeMax: end,
            singleEvents: 'true',
            orderBy: 'startTime',
            pageToken: page,
          })}`,
        }),
      ),
    );
    return items.map(item => toEvent(item, calendarId));
  },

  async createEvent(call, { calendarId, title, start, end }) {
    const json = { summary: title, start: { dateTime: start }, end: { dateTime: end } };
    return toEvent(
      read(eventSchema, await call({ method: 'POST', path: events(calendarId), json })),
      calendarId,
    );
  },

  async deleteEvent(call, { id, calendarId }) {
    await call({ method: 'DELETE', path: `${events(calendarId)}/${encodeURIComponent(id)}` });
  },
};

function events(calendarId: string): string {
  return `${BASE}/calendars/${encodeURIComponent(calendarId)}/events`;
}

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return new URLSearchParams(given).toString();
}

async function pages<Item>(
  load: (page: string | undefined) => Promise<{ items: Item[]; nextPageToken?: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let page: string | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    const { items, nextPageToken } = await load(page);
    all.push(...items);
    if (!nextPageToken) return all;
    page = nextPageToken;
  }
  throw new KeyferryError('provider_malformed', `Google's list has more than ${MAX_PAGES} pages.`);
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const members = result.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new KeyferryError('provider_malformed', `Google's answer is not as documented: ${members}.`);
}

function toEvent(item: z.output<typeof eventSchema>, calendarId: string): CalendarEvent {
  const { id, summary, start, end } = item;
  return {
    id,
    calendarId,
    title: summary,
    start: start.dateTime ?? start.date ?? '',
    end: end.dateTime ?? end.date ?? '',
  };
}
