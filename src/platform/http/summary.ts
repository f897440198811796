import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { countConnections, countDeliveries } from '../store/index.ts';

const summarySchema = z.object({
  connections: z.object({ connected: z.int(), failing: z.int(), needs_reconnect: z.int() }),
  deliveries: z.object({ waiting: z.int(), stopped: z.int() }),
});

export type Summary = z.infer<typeof summarySchema>;

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/summary',
  summary: 'How many connections and deliveries are in each state',
  responses: answers(200, summarySchema, 'The counts'),
});

export function summaryRoute(app: OpenAPIHono, { database: { db } }: PlatformContext): void {
  app.openapi(route, async c =>
    c.json({ connections: await countConnections(db), deliveries: await countDeliveries(db) }, 200),
  );
}
