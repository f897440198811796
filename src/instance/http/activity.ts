import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import { MAX_ID } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { listEvents } from '../store/index.ts';

const id = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const eventSchema = z
  .object({
    id: z.int(),
    at: z.number().openapi({ description: 'Epoch milliseconds' }),
    kind: z.string(),
    actor: z.string(),
    userId: z.int().nullable(),
    appSlug: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .openapi('Event');

export type InstanceEvent = z.infer<typeof eventSchema>;

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/activity',
  summary: 'What happened, latest first',
  request: {
    query: z.object({
      userId: id.max(MAX_ID).optional(),
      appSlug: z
        .string()
        .regex(/^[\w.-]{1,200}$/)
        .optional(),
      kind: z
        .string()
        .regex(/^[a-z_.]{1,60}$/)
        .optional()
        .openapi({ description: 'How the kind begins' }),
      after: id.optional().openapi({ description: '`next` of the page before' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ events: z.array(eventSchema), next: z.int().nullable() }), 'The events'),
});

export function activityRoute(app: OpenAPIHono, { database }: InstanceContext): void {
  app.openapi(route, async c => {
    const { events, next } = await listEvents(database, c.req.valid('query'));
    return c.json({ events: [...events], next }, 200);
  });
}
