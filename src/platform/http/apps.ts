import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { changeAppKeys, findApp, type KeysChange } from '../vault/index.ts';
import { appSchema, type PlatformApp, viewApps } from './app-view.ts';
import { SLUG } from './schemas.ts';

const request = {
  params: z.object({ slug: SLUG }),
  body: jsonBody(z.object({ keys: z.record(z.string(), z.unknown()) })),
};

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/apps',
  summary: 'The apps: which of their keys are set, how each is used, whether its client is refused',
  responses: answers(200, z.object({ apps: z.array(appSchema) }), 'The apps'),
});

const putRoute = createRoute({
  method: 'put',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: "Set all of an app's keys",
  request,
  responses: answers(200, appSchema, 'As it is now'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/keyferry/v1/apps/{slug}',
  summary: "Change some of an app's keys; null takes one away, the others stay",
  request,
  responses: answers(200, appSchema, 'As it is now'),
});

export function appRoutes(app: OpenAPIHono, context: PlatformContext): void {
  async function change(slug: string, wanted: KeysChange): Promise<PlatformApp> {
    const definition = findApp(context, slug);
    await changeAppKeys(context, definition, wanted);
    const [view] = await viewApps(context, slug);
    if (view === undefined) throw new Error(`The app ${slug} is gone.`);
    return view;
  }

  app.openapi(listRoute, async c => c.json({ apps: await viewApps(context) }, 200));
  app.openapi(putRoute, async c => {
    const { keys } = c.req.valid('json');
    const wanted = { keys, how: 'replace', actor: c.get('actor') } as const;
    return c.json(await change(c.req.valid('param').slug, wanted), 200);
  });
  app.openapi(changeRoute, async c => {
    const { keys } = c.req.valid('json');
    const wanted = { keys, how: 'merge', actor: c.get('actor') } as const;
    return c.json(await change(c.req.valid('param').slug, wanted), 200);
  });
}
