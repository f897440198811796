import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { createSession } from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { CALCOM_USER_ID, EXTERNAL_USER_ID, SLUG, time } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/connect-sessions',
  summary: 'A link for one user, to connect apps with: for one browser, for 30 minutes',
  request: {
    body: jsonBody(
      z.object({
        externalUserId: EXTERNAL_USER_ID,
        calcomUserId: CALCOM_USER_ID,
        apps: z
          .array(SLUG)
          .min(1)
          .max(100)
          .optional()
          .openapi({ description: 'Absent: all OAuth apps that have keys; apps with a form must be named' }),
        returnUrl: z
          .url({ protocol: /^https?$/ })
          .max(2_000)
          .optional()
          .openapi({ description: 'Where the browser goes then, with keyferry=connected or error appended' }),
        locale: z
          .string()
          .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/)
          .optional()
          .openapi({ description: 'The language of the pages (BCP 47); absent: what the browser prefers' }),
      }),
    ),
  },
  responses: answers(
    201,
    z.object({ id: z.string(), url: z.string(), expiresAt: time }).openapi('ConnectSession'),
    'The link',
  ),
});

export function connectSessionRoutes(app: OpenAPIHono, context: PlatformContext): void {
  app.openapi(route, async c => {
    c.header('cache-control', 'no-store');
    return c.json(await createSession(context, c.req.valid('json')), 201);
  });
}
