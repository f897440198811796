import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { listApps, setApp } from '../store/index.ts';

const appSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    categories: z.array(z.string()),
    enabled: z.boolean(),
    keysSet: z.boolean(),
    publicKeys: z.record(z.string(), z.unknown()),
  })
  .openapi('App');

const appsSchema = z.object({ apps: z.array(appSchema) });

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/apps',
  summary: 'The app store: what is enabled, which keys are set',
  responses: answers(200, appsSchema, 'The apps'),
});

const setRoute = createRoute({
  method: 'put',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: 'Enable or disable an app, set its keys',
  request: {
    params: z.object({ slug: z.string().max(200) }),
    body: jsonBody(
      z.object({ enabled: z.boolean().optional(), keys: z.record(z.string(), z.unknown()).optional() }),
    ),
  },
  responses: answers(200, appSchema, 'As it is now'),
});

export function appRoutes(app: OpenAPIHono, { catalogue, config, database, effects }: InstanceContext): void {
  app.openapi(listRoute, async c => {
    const apps = await listApps(database, catalogue, config.keyring);
    return c.json({ apps: apps.map(view => ({ ...view, categories: [...view.categories] })) }, 200);
  });
  app.openapi(setRoute, async c => {
    const { slug } = c.req.valid('param');
    const { enabled, keys } = c.req.valid('json');
    const definition = catalogue.get(slug);
    if (!definition) throw new KeyferryError('app_not_found', 'There is no app of this slug.');
    const checked = keys === undefined ? undefined : readKeys(definition.keys, keys);
    await setApp(database, config.keyring, { slug, enabled, keys: checked }, effects.now());
    const view = (await listApps(database, catalogue, config.keyring)).find(one => one.slug === slug);
    if (!view) throw new KeyferryError('app_not_found', 'The row of this app is gone.');
    return c.json({ ...view, categories: [...view.categories] }, 200);
  });
}

function readKeys(schema: z.ZodObject, keys: Record<string, unknown>): Record<string, unknown> {
  const read = schema.safeParse(keys);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `keys.${path.join('.')}: ${message}`);
  throw new KeyferryError('body_invalid', faults.join('; '), { remedy: 'Send every key of this app.' });
}
