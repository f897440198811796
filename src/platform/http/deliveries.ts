import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { listDeliveries } from '../store/index.ts';
import { deliverySchema } from './schemas.ts';
import { deliveryView } from './views.ts';

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/deliveries',
  summary: 'What is to be sent, was sent, or was stopped, latest change first',
  request: {
    query: z.object({
      state: z.enum(['waiting', 'done', 'stopped']).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ deliveries: z.array(deliverySchema) }), 'The deliveries'),
});

export function deliveryRoutes(app: OpenAPIHono, { database }: PlatformContext): void {
  app.openapi(route, async c => {
    const rows = await listDeliveries(database.db, c.req.valid('query'));
    return c.json({ deliveries: rows.map(deliveryView) }, 200);
  });
}
