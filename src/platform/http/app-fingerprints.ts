import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fingerprintKeys } from '../../apps/index.ts';
import { answers } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { redirectUri } from '../connect/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { findCaller } from '../sync/index.ts';
import { findTarget } from '../targets.ts';
import { allAppKeys } from '../vault/index.ts';

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/app-fingerprints',
  summary: 'Keyed fingerprints of the client ids and secrets here, for the other side to compare',
  security: [{ apiKey: [] }, { session: [] }, { syncSecret: [] }],
  responses: answers(
    200,
    z.object({
      role: z.literal('platform'),
      redirectUri: z.string().openapi({ description: 'To enter at the provider' }),
      apps: z.record(z.string(), z.record(z.string(), z.string())),
    }),
    'By slug and name of the key',
  ),
});

export function appFingerprintsRoute(app: OpenAPIHono, context: PlatformContext): void {
  app.openapi(route, async c => {
    const { secret } = await targetOf(context, c);
    const apps = fingerprintKeys(context.catalogue, await allAppKeys(context), secret);
    return c.json({ role: 'platform' as const, redirectUri: redirectUri(context), apps }, 200);
  });
}

/** The instance that asks; whoever else asks is told what the default one would be. */
async function targetOf(context: PlatformContext, c: Context) {
  if (c.get('actor') === 'instance') return findCaller(context, name => c.req.header(name));
  const target = await findTarget(context, DEFAULT_TARGET);
  if (target === null) throw new KeyferryError('sharing_disabled', 'Credential sharing is not enabled');
  return target;
}
