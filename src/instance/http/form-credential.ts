import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import type { InstanceContext } from '../context.ts';
import { readFormCredential } from '../form-credential.ts';
import { USER_ID } from './token.ts';

export const FORM_CREDENTIAL_PATH = '/api/keyferry/v1/form-credential';

const route = createRoute({
  method: 'post',
  path: FORM_CREDENTIAL_PATH,
  summary: 'What a user entered for an app without tokens',
  request: { body: jsonBody(z.object({ userId: USER_ID, appSlug: z.string().min(1).max(200) })) },
  responses: answers(
    200,
    z.object({ credential: z.record(z.string(), z.unknown()) }).openapi('FormCredential'),
    'What they entered, as the app has it',
  ),
});

export function formCredentialRoute(app: OpenAPIHono, context: InstanceContext): void {
  app.openapi(route, async c => {
    c.header('cache-control', 'no-store');
    return c.json({ credential: { ...(await readFormCredential(context, c.req.valid('json'))) } }, 200);
  });
}
