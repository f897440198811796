import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type AppDefinition, isFormApp } from '../../apps/index.ts';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { redirectUri } from '../connect/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { whyNotDeliverable } from '../outbox/index.ts';
import { findTarget, type Target } from '../targets.ts';
import {
  type AppKeys,
  allAppKeys,
  findApp,
  keysSchema,
  SECRET_EXPIRES_AT,
  setAppKeys,
} from '../vault/index.ts';
import { SLUG } from './schemas.ts';

const appSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    categories: z.array(z.string()),
    kind: z.string().openapi({ description: 'How it is connected: oauth2, or a kind of form' }),
    notDeliverable: z
      .string()
      .nullable()
      .openapi({ description: 'Why its credential cannot be sent to the instance; null: it can' }),
    redirectUri: z.string().openapi({ description: 'To enter at the provider' }),
    keys: z.record(z.string(), z.object({ set: z.boolean(), value: z.unknown().optional() })).openapi({
      description: 'By name; `value` only of those that are no secret',
    }),
  })
  .openapi('App');

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/apps',
  summary: 'The apps, and which of their keys are set',
  responses: answers(200, z.object({ apps: z.array(appSchema) }), 'The apps'),
});

const putRoute = createRoute({
  method: 'put',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: "Set an app's keys",
  request: {
    params: z.object({ slug: SLUG }),
    body: jsonBody(z.object({ keys: z.record(z.string(), z.unknown()) })),
  },
  responses: answers(200, appSchema, 'The app'),
});

export function appRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const view = (definition: AppDefinition, keys: AppKeys | undefined, target: Target | null) => ({
    slug: definition.slug,
    name: definition.name,
    categories: [...definition.categories],
    kind: definition.credential.kind,
    notDeliverable:
      target !== null && isFormApp(definition) ? whyNotDeliverable(definition.credential, target) : null,
    redirectUri: redirectUri(context),
    keys: keysView(definition, keys ?? {}),
  });

  app.openapi(listRoute, async c => {
    const keys = await allAppKeys(context);
    const target = await findTarget(context, DEFAULT_TARGET);
    const apps = [...context.catalogue.values()].map(one => view(one, keys.get(one.slug), target));
    return c.json({ apps }, 200);
  });
  app.openapi(putRoute, async c => {
    const definition = findApp(context, c.req.valid('param').slug);
    await setAppKeys(context, definition, c.req.valid('json').keys);
    const keys = await allAppKeys(context, definition.slug);
    const target = await findTarget(context, DEFAULT_TARGET);
    return c.json(view(definition, keys.get(definition.slug), target), 200);
  });
}

function keysView(app: AppDefinition, keys: AppKeys) {
  const shown = [...app.publicKeys, SECRET_EXPIRES_AT];
  return Object.fromEntries(
    Object.keys(keysSchema(app).shape).map(name => {
      const value = keys[name];
      const set = value !== undefined;
      return [name, set && shown.includes(name) ? { set, value } : { set }];
    }),
  );
}
