import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answerTick } from '../../lib/answer-tick.ts';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { VERSION } from '../../lib/version.ts';
import { decryptKeys, encryptKeys, KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';

const statusRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/status',
  summary: 'Who this is and what time it has, for the doctor of the other side',
  responses: answers(
    200,
    z.object({
      role: z.literal('instance'),
      version: z.string(),
      time: z.number(),
      sharing: z.boolean(),
      apps: z.array(z.string()),
      platform: z
        .object({
          state: z.enum(['unknown', 'answering', 'unreachable', 'refusing']),
          since: z.number().nullable().openapi({ description: 'Epoch milliseconds; null while all is well' }),
          nextTryAt: z.number().nullable().openapi({ description: 'Epoch milliseconds, while unreachable' }),
          answeredAt: z.number().nullable().openapi({ description: 'Epoch milliseconds' }),
        })
        .openapi({ description: 'Whether the platform answers, as far as this process knows' }),
    }),
    'The status',
  ),
});

const echoRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/echo',
  summary: "The doctor's round trip: the same text, encrypted anew",
  request: { body: jsonBody(z.object({ keys: z.string().max(2_000) })) },
  responses: answers(200, z.object({ keys: z.string() }), 'The same text under the same key'),
});

/** The one text that is echoed. Anything else is refused like what cannot be decrypted: no oracle. */
const DOCTOR = z.strictObject({ doctor: z.string().max(100) });

export function peerRoutes(
  app: OpenAPIHono,
  { catalogue, config, effects, platform }: InstanceContext,
): void {
  const { secret, encryptionKey } = config.sync;
  app.openapi(statusRoute, c =>
    c.json(
      {
        role: 'instance' as const,
        version: VERSION,
        time: effects.now(),
        sharing: secret !== null && encryptionKey !== null,
        apps: [...catalogue.keys()],
        platform: platform.state(),
      },
      200,
    ),
  );
  app.openapi(echoRoute, async c => {
    const began = performance.now();
    const { keys } = c.req.valid('json');
    try {
      if (encryptionKey === null) throw new Error('sharing is off');
      const text = JSON.stringify(DOCTOR.parse(JSON.parse(decryptKeys(keys, encryptionKey))));
      return c.json({ keys: encryptKeys(text, encryptionKey) }, 200);
    } catch {
      await answerTick(effects, began);
      throw new KeyferryError('keys_unreadable', 'The text cannot be read with the key of this side.', {
        remedy: 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY differs: set the same 32 characters on both sides.',
      });
    }
  });
}
