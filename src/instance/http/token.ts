import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { MAX_ID } from '../../protocol/index.ts';
import type { AccessToken } from '../access-token.ts';
import type { InstanceContext } from '../context.ts';

export const USER_ID = z.int().min(1).max(MAX_ID);

export const TOKEN_PATH = '/api/keyferry/v1/access-token';

const route = createRoute({
  method: 'post',
  path: TOKEN_PATH,
  summary: 'A working access token; refreshed through the platform when it must be',
  request: {
    body: jsonBody(
      z.object({
        userId: USER_ID,
        appSlug: z.string().min(1).max(200),
        minimumSeconds: z
          .int()
          .min(0)
          .max(86_400)
          .optional()
          .openapi({ description: 'How long it must hold' }),
        force: z.boolean().optional().openapi({ description: 'The stored token was refused: get another' }),
      }),
    ),
  },
  responses: answers(
    200,
    z
      .object({
        access_token: z.string(),
        token_type: z.string(),
        expires_at: z.number().nullable().openapi({ description: 'Epoch milliseconds; null: nobody said' }),
        scope: z.string().optional(),
      })
      .openapi('AccessToken'),
    'A token that works',
  ),
});

export function tokenRoute(app: OpenAPIHono, { accessToken }: InstanceContext): void {
  app.openapi(route, async c => {
    const { userId, appSlug, minimumSeconds = 0, force = false } = c.req.valid('json');
    const token = await accessToken({ userId, appSlug, minimumSeconds, force });
    c.header('cache-control', 'no-store');
    return c.json(tokenAnswer(token), 200);
  });
}

/** The body that gives a token. */
export function tokenAnswer({ accessToken, tokenType, expiresAt, scope }: AccessToken) {
  return {
    access_token: accessToken,
    token_type: tokenType,
    expires_at: expiresAt,
    ...(scope === null ? {} : { scope }),
  };
}
