import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { locked } from '../../lib/db/index.ts';
import { answers, readCursor, writeCursor } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { refreshNow } from '../refresh/index.ts';
import {
  findConnection,
  listDeliveriesOf,
  listEvents,
  listTargetUsers,
  searchConnections,
} from '../store/index.ts';
import { connectionNotFound, disconnect, pushEverywhere } from '../vault/index.ts';
import {
  CONNECTION_ID,
  connectionSchema,
  deliverySchema,
  EXTERNAL_USER_ID,
  eventSchema,
  SLUG,
  STATUS,
} from './schemas.ts';
import { connectionView, deliveryView, eventView } from './views.ts';

const params = z.object({ id: CONNECTION_ID });

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/connections',
  summary: 'Connections with their state, without their secrets',
  request: {
    query: z.object({
      externalUserId: EXTERNAL_USER_ID.optional(),
      user: EXTERNAL_USER_ID.optional().openapi({ description: 'How the name of its user begins' }),
      appSlug: SLUG.optional(),
      status: STATUS.optional(),
      after: z.string().max(500).optional().openapi({ description: '`next` of the page before' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(
    200,
    z.object({ connections: z.array(connectionSchema), next: z.string().nullable() }),
    'The connections, in the order of their ids; of their users where `user` is given',
  ),
});

const readRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/connections/{id}',
  summary: 'One connection, with its deliveries and what happened last',
  request: { params },
  responses: answers(
    200,
    connectionSchema.extend({ deliveries: z.array(deliverySchema), events: z.array(eventSchema) }),
    'The connection',
  ),
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/connections/{id}',
  summary: 'Disconnect: revoke at the provider, delete at the instance, wipe here',
  request: { params },
  responses: answers(
    200,
    z
      .object({
        id: z.string(),
        revoked: z.boolean(),
        reason: z.string().nullable().openapi({ description: 'Why the provider did not revoke' }),
        deliveries: z.int().openapi({ description: 'How many instances are told to delete' }),
      })
      .openapi('Disconnected'),
    'It is gone here; the instance is told',
  ),
});

const deliverRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/connections/{id}/deliver',
  summary: 'Push again, at once',
  request: { params },
  responses: answers(202, z.object({ deliveries: z.int() }), 'The pushes are due now'),
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/connections/{id}/refresh',
  summary: 'Refresh at the provider now, whatever it is to wait for',
  request: { params },
  responses: answers(200, connectionSchema, 'The connection as it is now'),
});

const EVENTS = 50;
const DELIVERIES = 100;

export function connectionRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const { db } = context.database;

  app.openapi(listRoute, async c => {
    const { user, after, limit, ...filter } = c.req.valid('query');
    const last = after === undefined ? null : readCursor(after, ['string', 'string']);
    const place = last && { externalUserId: last[0], id: last[1] };
    const page = await searchConnections(context.database, { ...filter, user, after: place, limit });
    const next = page.next && writeCursor([page.next.externalUserId, page.next.id]);
    return c.json({ connections: page.connections.map(connectionView), next }, 200);
  });

  app.openapi(readRoute, async c => {
    const { id } = c.req.valid('param');
    const row = await findConnection(db, id);
    if (row === null) throw connectionNotFound();
    const deliveries = (await listDeliveriesOf(db, id, DELIVERIES)).map(deliveryView);
    const events = (await listEvents(db, id, EVENTS)).map(eventView);
    return c.json({ ...connectionView(row), deliveries, events }, 200);
  });

  app.openapi(deleteRoute, async c => {
    const { id } = c.req.valid('param');
    // The key is the host's.
    const actor = c.get('actor') === 'api-key' ? 'host' : c.get('actor');
    return c.json({ id, ...(await disconnect(context, id, actor)) }, 200);
  });

  app.openapi(deliverRoute, async c => {
    const { id } = c.req.valid('param');
    const deliveries = await db.transaction().execute(async trx => {
      const row = await findConnection(trx, id);
      if (row === null) throw connectionNotFound();
      const lock = locked(context.database.engine, 'share');
      const users = await listTargetUsers(trx, row.externalUserId, lock);
      return pushEverywhere(trx, row, users, context.effects.now());
    });
    context.wake();
    return c.json({ deliveries }, 202);
  });

  app.openapi(refreshRoute, async c => {
    const { row } = await refreshNow(context, c.req.valid('param').id);
    return c.json(connectionView(row), 200);
  });
}
