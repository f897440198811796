import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, ID, jsonBody, readCursor, writeCursor } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { deliveryShape } from '../outbox/index.ts';
import { findDelivery, listDeliveries, renewStopped, retryDelivery } from '../store/index.ts';
import { DELIVERY_STATES, TOPICS } from '../tables.ts';
import { deliverySchema } from './schemas.ts';
import { deliveryView } from './views.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/deliveries',
  summary: 'What is to be sent, was sent, or was stopped, latest change first',
  request: {
    query: z.object({
      state: z.enum(DELIVERY_STATES).optional(),
      topic: z.enum(TOPICS).optional(),
      after: z.string().max(500).optional().openapi({ description: '`next` of the page before' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(
    200,
    z.object({ deliveries: z.array(deliverySchema), next: z.string().nullable() }),
    'The deliveries',
  ),
});

const params = z.object({ id: ID });

const shapeSchema = z.object({
  method: z.enum(['POST', 'DELETE']),
  url: z.string(),
  shape: z.unknown().openapi({
    description: 'The body, before it is encrypted; of a credential with kinds in the place of values',
  }),
});

export type Shape = z.infer<typeof shapeSchema>;

const shapeRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/deliveries/{id}/shape',
  summary: 'What would be sent now, without secrets',
  request: { params },
  responses: answers(200, shapeSchema, 'The request'),
});

const retryRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/deliveries/{id}/retry',
  summary: 'Send again, at once, what was stopped or waits',
  request: { params },
  responses: answers(202, deliverySchema, 'It is due now'),
});

const retryAllRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/deliveries/retry',
  summary: 'Send again, at once, all that was stopped',
  request: {
    body: jsonBody(
      z.object({
        targetId: z.string().min(1).max(200).optional().openapi({
          description: "Of one target; `host`: the host's own webhook. Left out: of all",
        }),
      }),
    ),
  },
  responses: answers(202, z.object({ deliveries: z.int() }), 'So many are due now'),
});

export function deliveryRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const { database, effects, wake } = context;
  const { db } = database;

  app.openapi(listRoute, async c => {
    const { after, limit, ...filter } = c.req.valid('query');
    const last = after === undefined ? null : readCursor(after, ['number', 'id']);
    const place = last && { updatedAt: last[0], id: last[1] };
    const page = await listDeliveries(database, { ...filter, after: place, limit });
    const next = page.next && writeCursor([page.next.updatedAt, page.next.id]);
    return c.json({ deliveries: page.deliveries.map(deliveryView), next }, 200);
  });

  app.openapi(shapeRoute, async c => {
    const row = await findDelivery(db, c.req.valid('param').id);
    if (row === null) {
      throw new KeyferryError('not_found', 'There is no delivery of this id.', {
        remedy: 'List them with GET /api/keyferry/v1/deliveries.',
      });
    }
    return c.json(await deliveryShape(context, row), 200);
  });

  app.openapi(retryAllRoute, async c => {
    const { targetId = null } = c.req.valid('json');
    const isWanted = (stopped: { targetId: string }) => targetId === null || stopped.targetId === targetId;
    const deliveries = await renewStopped(db, isWanted, effects.now());
    wake();
    return c.json({ deliveries }, 202);
  });

  app.openapi(retryRoute, async c => {
    const row = await retryDelivery(db, c.req.valid('param').id, effects.now());
    if (row === null) {
      throw new KeyferryError('not_found', 'There is no delivery of this id that is still to be sent.', {
        remedy: 'List them with GET /api/keyferry/v1/deliveries.',
      });
    }
    wake();
    return c.json(deliveryView(row), 202);
  });
}
