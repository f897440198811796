import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { CALENDARS, type CalendarWork, type CallProvider, callProvider } from '../work/index.ts';
import { USER_ID } from './token.ts';

const userId = z.coerce.number().pipe(USER_ID);
const appSlug = z.string().max(200).default('google-calendar');
const moment = z.iso.datetime({ offset: true });
const calendarId = z.string().min(1).max(1_000);

const calendarSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    primary: z.boolean(),
    writable: z.boolean(),
    timeZone: z.string().nullable(),
  })
  .openapi('Calendar');

const spanSchema = z.object({ start: z.string(), end: z.string() }).openapi('Span');
const eventSchema = z
  .object({ id: z.string(), calendarId: z.string(), title: z.string(), start: z.string(), end: z.string() })
  .openapi('CalendarEvent');

const spanQuery = z.object({ userId, appSlug, from: moment, to: moment, calendarId: calendarId.optional() });

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/calendars',
  summary: "The user's calendars at the provider",
  request: { query: z.object({ userId, appSlug }) },
  responses: answers(200, z.object({ calendars: z.array(calendarSchema) }), 'The calendars'),
});

const busyRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/busy-times',
  summary: 'When the user is busy, over all calendars or one',
  request: { query: spanQuery },
  responses: answers(200, z.object({ busy: z.array(spanSchema) }), 'The busy times, in order'),
});

const eventsRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/events',
  summary: 'The events of a calendar',
  request: { query: spanQuery },
  responses: answers(200, z.object({ events: z.array(eventSchema) }), 'The events, in order'),
});

const createEventRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/events',
  summary: 'Create an event',
  request: {
    body: jsonBody(
      z.object({
        userId: USER_ID,
        appSlug,
        calendarId: calendarId.optional(),
        title: z.string().min(1).max(1_000),
        start: moment,
        end: moment,
      }),
    ),
  },
  responses: answers(201, eventSchema, 'Created'),
});

const deleteEventRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/events/{id}',
  summary: 'Delete an event',
  request: {
    params: z.object({ id: z.string().min(1).max(1_000) }),
    query: z.object({ userId, appSlug, calendarId: calendarId.optional() }),
  },
  responses: { 204: { description: 'Deleted' } },
});

/** The user's calendars, over the access-token path. Without a calendarId it is the primary one. */
export function calendarRoutes(app: OpenAPIHono, context: InstanceContext): void {
  function workOf(request: { userId: number; appSlug: string }): [CalendarWork, CallProvider] {
    const work = CALENDARS.get(request.appSlug);
    if (!work)
      throw new KeyferryError('app_not_found', 'This instance does not work with calendars of this app.');
    return [work, callProvider(context, request)];
  }

  app.openapi(listRoute, async c => {
    const [work, call] = workOf(c.req.valid('query'));
    return c.json({ calendars: await work.listCalendars(call) }, 200);
  });
  app.openapi(busyRoute, async c => {
    const query = c.req.valid('query');
    const [work, call] = workOf(query);
    const ids = query.calendarId ? [query.calendarId] : (await work.listCalendars(call)).map(({ id }) => id);
    return c.json({ busy: await work.busyTimes(call, span(query.from, query.to), ids) }, 200);
  });
  app.openapi(eventsRoute, async c => {
    const query = c.req.valid('query');
    const [work, call] = workOf(query);
    const calendar = query.calendarId ?? (await primary(work, call));
    return c.json({ events: await work.listEvents(call, span(query.from, query.to), calendar) }, 200);
  });
  app.openapi(createEventRoute, async c => {
    const { title, start, end, ...body } = c.req.valid('json');
    const [work, call] = workOf(body);
    const calendar = body.calendarId ?? (await primary(work, call));
    return c.json(await work.createEvent(call, { calendarId: calendar, title, ...span(start, end) }), 201);
  });
  app.openapi(deleteEventRoute, async c => {
    const query = c.req.valid('query');
    const [work, call] = workOf(query);
    const { id } = c.req.valid('param');
    await work.deleteEvent(call, { id, calendarId: query.calendarId ?? (await primary(work, call)) });
    return c.body(null, 204);
  });
}

function span(start: string, end: string): { start: string; end: string } {
  if (Date.parse(start) < Date.parse(end)) return { start, end };
  throw new KeyferryError('body_invalid', 'The end is not after the start.');
}

async function primary(work: CalendarWork, call: CallProvider): Promise<string> {
  const calendars = await work.listCalendars(call);
  const chosen =
    calendars.find(calendar => calendar.primary) ?? calendars.find(calendar => calendar.writable);
  if (!chosen) throw new KeyferryError('not_found', 'The user has no calendar at the provider.');
  return chosen.id;
}
