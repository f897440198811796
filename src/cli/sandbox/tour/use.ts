import { z } from 'zod';
import type { RoleApi } from './role-api.ts';

const calendarSchema = z.object({ id: z.string(), name: z.string(), primary: z.boolean() });
const spanSchema = z.object({ start: z.string(), end: z.string() });
const eventSchema = spanSchema.extend({ id: z.string(), calendarId: z.string(), title: z.string() });
const stateSchema = z.object({ version: z.number(), refreshedAt: z.number().nullable() });

type State = z.infer<typeof stateSchema>;

export type CalendarEvent = z.infer<typeof eventSchema>;

/** What the instance found at Google with the user's token. */
export interface Use {
  readonly at: number;
  readonly calendars: readonly z.infer<typeof calendarSchema>[];
  readonly busy: readonly z.infer<typeof spanSchema>[];
  readonly events: readonly CalendarEvent[];
  /** The credential before and after: a refresh shows in both members. */
  readonly before: State;
  readonly after: State;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface UseContext {
  readonly instance: RoleApi;
  readonly demoUserId: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Reads calendars, busy times and events of the coming week. @throws ApiProblem */
export async function useCalendar({ instance, demoUserId, now }: UseContext): Promise<Use> {
  const at = now();
  const before = await readState(instance, demoUserId);
  const user = `userId=${demoUserId}`;
  const week = `${user}&from=${new Date(at).toISOString()}&to=${new Date(at + 7 * DAY_MS).toISOString()}`;
  const { calendars } = await instance.get(
    `/api/keyferry/v1/calendars?${user}`,
    z.object({ calendars: z.array(calendarSchema) }),
  );
  const { busy } = await instance.get(
    `/api/keyferry/v1/busy-times?${week}`,
    z.object({ busy: z.array(spanSchema) }),
  );
  const { events } = await instance.get(
    `/api/keyferry/v1/events?${week}`,
    z.object({ events: z.array(eventSchema) }),
  );
  return { at, calendars, busy, events, before, after: await readState(instance, demoUserId) };
}

async function readState(instance: RoleApi, demoUserId: number): Promise<State> {
  const { credentials } = await instance.get(
    `/api/keyferry/v1/credentials?userId=${demoUserId}`,
    z.object({ credentials: z.array(stateSchema) }),
  );
  return credentials[0] ?? { version: 0, refreshedAt: null };
}

/** Puts an hour into tomorrow's calendar. @throws ApiProblem */
export async function createEvent({ instance, demoUserId, now }: UseContext): Promise<CalendarEvent> {
  const start = Math.floor(now() / DAY_MS) * DAY_MS + DAY_MS + 16 * HOUR_MS;
  const body = {
    userId: demoUserId,
    title: 'Made by the Keyferry tour',
    start: new Date(start).toISOString(),
    end: new Date(start + HOUR_MS).toISOString(),
  };
  return instance.post('/api/keyferry/v1/events', body, eventSchema);
}

/** @throws ApiProblem */
export async function deleteEvent(
  { instance, demoUserId }: UseContext,
  { id, calendarId }: { id: string; calendarId: string },
): Promise<void> {
  const query = `userId=${demoUserId}&calendarId=${encodeURIComponent(calendarId)}`;
  await instance.delete(`/api/keyferry/v1/events/${encodeURIComponent(id)}?${query}`);
}
