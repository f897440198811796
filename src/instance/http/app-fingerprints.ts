import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { compareKeys } from '../../apps/index.ts';
import { answers, keyComparisonSchema } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { createAskFingerprints, ownFingerprints } from '../apps/index.ts';
import type { InstanceContext } from '../context.ts';

const fingerprintsRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/app-fingerprints',
  summary: 'Keyed fingerprints of the client ids and secrets here, for the other side to compare',
  security: [{ apiKey: [] }, { session: [] }, { syncSecret: [] }],
  responses: answers(
    200,
    z.object({
      role: z.literal('instance'),
      apps: z.record(z.string(), z.record(z.string(), z.string())),
    }),
    'By slug and name of the key',
  ),
});

const comparisonSchema = z.object({
  platform: z.enum(['known', 'not_asked', 'refused', 'unreachable']),
  reason: z.string().nullable().openapi({ description: 'Why the platform could not be reached' }),
  redirectUri: z.string().nullable().openapi({ description: "The platform's, to enter at providers" }),
  apps: z.array(keyComparisonSchema),
});

export type AppComparison = z.infer<typeof comparisonSchema>;

const comparisonRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/app-comparison',
  summary: "Whether the platform's app keys are the same as here",
  responses: answers(200, comparisonSchema, 'App by app, where one of the sides has keys'),
});

export function appFingerprintRoutes(app: OpenAPIHono, context: InstanceContext): void {
  const { secret } = context.config.sync;
  const askPlatform = createAskFingerprints(context);

  app.openapi(fingerprintsRoute, async c => {
    if (secret === null) throw new KeyferryError('sharing_disabled', 'Credential sharing is not enabled');
    return c.json({ role: 'instance' as const, apps: await ownFingerprints(context, secret) }, 200);
  });
  app.openapi(comparisonRoute, async c => {
    const theirs = await askPlatform();
    if (theirs.kind !== 'known' || secret === null) {
      const reason = theirs.kind === 'unreachable' ? theirs.reason : null;
      return c.json({ platform: theirs.kind, reason, redirectUri: null, apps: [] }, 200);
    }
    const ours = await ownFingerprints(context, secret);
    const apps = compareKeys(context.catalogue, ours, theirs.fingerprints);
    return c.json({ platform: 'known' as const, reason: null, redirectUri: theirs.redirectUri, apps }, 200);
  });
}
