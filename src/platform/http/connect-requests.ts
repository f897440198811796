import { createRoute, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { SLUG, time } from './schemas.ts';

/** Nobody signs in here: the cookie of the browser that opened the link is the session's. */
const OPEN = { security: [] };

const sessionSchema = z
  .object({
    id: z.string(),
    apps: z
      .array(
        z.object({
          slug: z.string(),
          name: z.string(),
          description: z.string(),
          kind: z.enum(['oauth', 'form']),
          fields: z
            .array(
              z.object({
                name: z.string(),
                label: z.string(),
                input: z.enum(['text', 'password', 'url', 'email', 'checkbox', 'select', 'lines']),
                options: z.record(z.string(), z.string()).optional(),
                required: z.boolean(),
                initial: z.string().optional(),
                hint: z.string().optional(),
              }),
            )
            .readonly(),
          done: z.boolean(),
        }),
      )
      .readonly(),
    open: z.boolean().openapi({ description: 'Something is left to connect, and time to do it' }),
    returnUrl: z.string().nullable(),
    expiresAt: time,
  })
  .openapi('ConnectSessionView');

export const openRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions',
  summary: 'Open a link: the first browser that does is bound to it',
  ...OPEN,
  request: { body: jsonBody(z.object({ token: z.string().max(100) })) },
  responses: answers(200, sessionSchema, 'Opened; the cookie is set'),
});

export const readRoute = createRoute({
  method: 'get',
  path: '/api/connect/sessions/{id}',
  summary: 'A session of this browser',
  ...OPEN,
  request: { params: z.object({ id: z.uuid() }) },
  responses: answers(200, sessionSchema, 'The session, also when it has ended'),
});

const walkParams = z.object({ id: z.uuid(), slug: SLUG });

export const beginRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions/{id}/apps/{slug}/begin',
  summary: 'Set out to the provider',
  ...OPEN,
  request: { params: walkParams },
  responses: answers(200, z.object({ location: z.string() }), 'Where to send the browser'),
});

export const formRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions/{id}/apps/{slug}',
  summary: 'Connect an app with what the user enters',
  ...OPEN,
  request: {
    params: walkParams,
    body: jsonBody(
      z.object({
        fields: z
          .record(z.string().max(200), z.union([z.string(), z.boolean()]))
          .openapi({ description: 'By name; a box is true where it is ticked' }),
      }),
    ),
  },
  responses: answers(
    200,
    z.object({ returnTo: z.string().nullable().openapi({ description: "The host's page; null: ours" }) }),
    'Connected. A problem of the code body_invalid has `faults`: field, reason and message of each',
  ),
});
