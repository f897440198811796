import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { compareKeys, fingerprintKeys } from '../../apps/index.ts';
import { askPeerKeys, askSometimes, type PeerKeys } from '../../lib/ask-peer-keys.ts';
import { answers, keyComparisonSchema } from '../../lib/http/index.ts';
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

const comparisonSchema = z.object({
  instance: z.enum(['known', 'not_asked', 'refused', 'unreachable']),
  reason: z.string().nullable().openapi({ description: 'Why the instance could not be reached' }),
  apps: z.array(keyComparisonSchema),
});

export type AppComparison = z.infer<typeof comparisonSchema>;

const comparisonRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/app-comparison',
  summary: "Whether the app keys of the default target are the same as here; a Cal.com's are not asked",
  responses: answers(200, comparisonSchema, 'App by app, where one of the sides has keys'),
});

export function appFingerprintRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const askInstance = askSometimes(context.effects.now, () => askTarget(context));

  app.openapi(route, async c => {
    const { secret } = await targetOf(context, c);
    const apps = fingerprintKeys(context.catalogue, await allAppKeys(context), secret);
    return c.json({ role: 'platform' as const, redirectUri: redirectUri(context), apps }, 200);
  });
  app.openapi(comparisonRoute, async c => {
    const theirs = await askInstance();
    const target = await findTarget(context, DEFAULT_TARGET);
    if (theirs.kind !== 'known' || target === null) {
      const instance = target === null ? 'not_asked' : theirs.kind;
      const reason = theirs.kind === 'unreachable' ? theirs.reason : null;
      return c.json({ instance, reason, apps: [] }, 200);
    }
    const ours = fingerprintKeys(context.catalogue, await allAppKeys(context), target.secret);
    const apps = compareKeys(context.catalogue, ours, theirs.fingerprints);
    return c.json({ instance: 'known' as const, reason: null, apps }, 200);
  });
}

async function askTarget(context: PlatformContext): Promise<PeerKeys> {
  const target = await findTarget(context, DEFAULT_TARGET);
  if (target === null || target.kind === 'calcom') return { kind: 'not_asked' };
  const { webappUrl: base, secret, header } = target;
  return askPeerKeys(context.outbound, { role: 'instance', base, secret, header });
}

/** The instance that asks; whoever else asks is told what the default one would be. */
async function targetOf(context: PlatformContext, c: Context) {
  if (c.get('actor') === 'instance') return findCaller(context, name => c.req.header(name));
  const target = await findTarget(context, DEFAULT_TARGET);
  if (target === null) throw new KeyferryError('sharing_disabled', 'Credential sharing is not enabled');
  return target;
}
