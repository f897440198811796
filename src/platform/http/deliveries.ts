import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { listDeliveries, retryDelivery, retryStopped } from '../store/index.ts';
import { TOPICS } from '../tables.ts';
import { deliverySchema } from './schemas.ts';
import { deliveryView } from './views.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/deliveries',
  summary: 'What is to be sent, was sent, or was stopped, latest change first',
  request: {
    query: z.object({
      state: z.enum(['waiting', 'done', 'stopped']).optional(),
      topic: z.enum(TOPICS).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ deliveries: z.array(deliverySchema) }), 'The deliveries'),
});

const retryRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/deliveries/{id}/retry',
  summary: 'Send again, at once, what was stopped or waits',
  request: { params: z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }) },
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

export function deliveryRoutes(app: OpenAPIHono, { database, effects, wake }: PlatformContext): void {
  const { db } = database;

  app.openapi(listRoute, async c => {
    const rows = await listDeliveries(db, c.req.valid('query'));
    return c.json({ deliveries: rows.map(deliveryView) }, 200);
  });

  app.openapi(retryAllRoute, async c => {
    const { targetId = null } = c.req.valid('json');
    const at = effects.now();
    let deliveries = 0;
    for (let after: number | undefined = 0; after !== undefined; ) {
      const ids: number[] = await retryStopped(db, { targetId, after }, at);
      deliveries += ids.length;
      after = ids.length === 0 ? undefined : Math.max(...ids);
    }
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
