import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import { VERSION } from '../../lib/version.ts';
import type { PlatformContext } from '../context.ts';

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/status',
  summary: 'Who this is and what time it has, for the doctor of the other side',
  security: [{ apiKey: [] }, { syncSecret: [] }],
  responses: answers(
    200,
    z.object({
      role: z.literal('platform'),
      version: z.string(),
      time: z.number(),
      apps: z.array(z.string()),
    }),
    'The status',
  ),
});

export function statusRoute(app: OpenAPIHono, { catalogue, effects }: PlatformContext): void {
  app.openapi(route, c => {
    const time = effects.now();
    return c.json({ role: 'platform' as const, version: VERSION, time, apps: [...catalogue.keys()] }, 200);
  });
}
