import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, asOf } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { sumOf } from '../counts.ts';

const summarySchema = z.object({
  connections: z.object({ connected: z.int(), failing: z.int(), needs_reconnect: z.int() }),
  deliveries: z.object({ waiting: z.int(), stopped: z.int() }),
  asOf,
});

export type Summary = z.infer<typeof summarySchema>;

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/summary',
  summary: 'How many connections and deliveries are in each state',
  responses: answers(200, summarySchema, 'The counts'),
});

export function summaryRoute(app: OpenAPIHono, { counts }: PlatformContext): void {
  app.openapi(route, async c => {
    const [connections, deliveries] = await Promise.all([counts.connections(), counts.deliveries()]);
    const held = (wanted: string) => sumOf(connections.value, ({ status }) => status === wanted);
    const left = (wanted: string) => sumOf(deliveries.value, ({ state }) => state === wanted);
    const times = [connections.asOf, deliveries.asOf].filter(at => at !== null);
    return c.json(
      {
        connections: {
          ...{ connected: held('connected'), failing: held('failing') },
          needs_reconnect: held('needs_reconnect'),
        },
        deliveries: { waiting: left('waiting'), stopped: left('stopped') },
        asOf: times.length === 0 ? null : Math.min(...times),
      },
      200,
    );
  });
}
