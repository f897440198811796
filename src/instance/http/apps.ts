import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, appKeySchema, asOf, jsonBody } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { changeApp, listApps } from '../apps/index.ts';
import type { InstanceContext } from '../context.ts';
import { listAffected } from '../store/index.ts';

const appSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    categories: z.array(z.string()),
    kind: z.string().openapi({ description: 'How a credential for it comes about' }),
    enabled: z.boolean(),
    keysSet: z.boolean(),
    keysMissing: z.boolean().openapi({ description: 'Keys that must be there are not' }),
    publicKeys: z.record(z.string(), z.unknown()),
    keysAt: z.string().nullable().openapi({ description: 'Where the provider gives the keys' }),
    fields: z.array(appKeySchema).openapi({ description: 'The keys, in the order of a form' }),
    held: z.int().openapi({ description: 'How many credentials there are' }),
    troubled: z.int().openapi({ description: 'How many of them do not work' }),
    asOf,
  })
  .openapi('App');

export type AdminApp = z.infer<typeof appSchema>;

const params = z.object({ slug: z.string().max(200) });

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/apps',
  summary: 'The app store: what is enabled, which keys are set, how each app is used',
  responses: answers(200, z.object({ apps: z.array(appSchema) }), 'The apps'),
});

const setRoute = createRoute({
  method: 'put',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: 'Enable or disable an app, set all of its keys',
  request: {
    params,
    body: jsonBody(
      z.object({ enabled: z.boolean().optional(), keys: z.record(z.string(), z.unknown()).optional() }),
    ),
  },
  responses: answers(200, appSchema, 'As it is now'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: 'Enable or disable an app, change some of its keys; null takes one away, the others stay',
  request: {
    params,
    body: jsonBody(
      z.strictObject({ enabled: z.boolean().optional(), keys: z.record(z.string(), z.unknown()).optional() }),
    ),
  },
  responses: answers(200, appSchema, 'As it is now'),
});

const affectedSchema = z.object({
  count: z.int().openapi({ description: 'How many hold a credential for it' }),
  asOf,
  users: z
    .array(z.object({ id: z.int(), email: z.string(), name: z.string().nullable() }))
    .openapi({ description: 'The first ten of them' }),
});

export type Affected = z.infer<typeof affectedSchema>;

const affectedRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/apps/{slug}/affected',
  summary: 'Who loses the use of an app when it is disabled',
  request: { params },
  responses: answers(200, affectedSchema, 'The users'),
});

const AFFECTED_SHOWN = 10;

export function appRoutes(app: OpenAPIHono, context: InstanceContext): void {
  const { catalogue, counts, database } = context;

  async function one(slug: string): Promise<AdminApp> {
    const [view] = await listApps(context, slug);
    if (!view) throw new KeyferryError('app_not_found', 'The row of this app is gone.');
    return view;
  }

  app.openapi(listRoute, async c => c.json({ apps: await listApps(context) }, 200));
  app.openapi(setRoute, async c => {
    const { slug } = c.req.valid('param');
    await changeApp(context, { slug, ...c.req.valid('json'), how: 'replace', actor: c.get('actor') });
    return c.json(await one(slug), 200);
  });
  app.openapi(changeRoute, async c => {
    const { slug } = c.req.valid('param');
    await changeApp(context, { slug, ...c.req.valid('json'), how: 'merge', actor: c.get('actor') });
    return c.json(await one(slug), 200);
  });
  app.openapi(affectedRoute, async c => {
    const { slug } = c.req.valid('param');
    if (!catalogue.has(slug)) throw new KeyferryError('app_not_found', 'There is no app of this slug.');
    const { value: use, asOf } = await counts.appUse();
    const users = await listAffected(database, slug, AFFECTED_SHOWN);
    return c.json({ count: Math.max(use.get(slug)?.held ?? 0, users.length), asOf, users }, 200);
  });
}
