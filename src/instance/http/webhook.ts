import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { readBody } from '../../lib/http/index.ts';
import { WEBHOOK_PATH } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { PUSH_BYTES, receiveCredential } from '../receive.ts';
import { noteWrongSecret } from './auth.ts';

/** The document's webhook. It answers in Cal.com's words, not with problems. @see docs/protocol.md#5 */
export function webhookRoute(app: OpenAPIHono, context: InstanceContext): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: WEBHOOK_PATH,
    summary: 'Receive a credential from the platform',
    security: [{ syncSecret: [] }],
    request: {
      body: {
        content: {
          'application/json': {
            schema: z.object({ userId: z.int(), appSlug: z.string(), keys: z.string() }).openapi('Push'),
          },
        },
      },
    },
    responses: Object.fromEntries(
      [200, 400, 403, 404, 413].map(status => [
        status,
        {
          description: status === 200 ? 'Stored, and on the disk' : 'Refused; nothing was changed',
          content: { 'application/json': { schema: z.object({ message: z.string() }) } },
        },
      ]),
    ),
  });
  app.post(WEBHOOK_PATH, async function receive(c) {
    const { status, body } = await receiveCredential(context, {
      header: name => c.req.header(name),
      body: () => readBody(c.req.raw, PUSH_BYTES),
    });
    if (status === 403) await noteWrongSecret(context, c);
    return c.json(body, status);
  });
  app.on('OPTIONS', WEBHOOK_PATH, c => c.body(null, 204, { allow: 'OPTIONS, POST' }));
}
