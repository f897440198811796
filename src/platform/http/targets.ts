import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findingSchema, withAsking } from '../../lib/doctor/index.ts';
import { answers, asOf } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { sumOf } from '../counts.ts';
import { examineTarget } from '../doctor/examine-target.ts';
import { findTarget, openTargets } from '../targets.ts';

const targetSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['keyferry', 'calcom']),
    webappUrl: z.string(),
    header: z.string().nullable().openapi({ description: 'null: the secret goes under both default names' }),
    withRefreshToken: z.boolean(),
    calendsoKeySet: z.boolean(),
    waiting: z.int().openapi({ description: 'Deliveries on their way' }),
    stopped: z.int().openapi({ description: 'Deliveries that somebody must look at' }),
    asOf,
  })
  .openapi('Target');

export type TargetView = z.infer<typeof targetSchema>;

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/targets',
  summary: 'The instances that credentials are delivered to, without their secrets',
  responses: answers(200, z.object({ targets: z.array(targetSchema) }), 'The targets'),
});

const checkRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/targets/{id}/check',
  summary: 'Ask a target now: reachable, accepted, same key, same apps, same time',
  request: { params: z.object({ id: z.string().max(100) }) },
  responses: answers(200, z.object({ findings: z.array(findingSchema) }), 'What was found'),
});

export function targetRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const { counts, effects } = context;

  app.openapi(listRoute, async c => {
    const targets = await openTargets(context);
    const { value: deliveries, asOf } = await counts.deliveries();
    const views = targets.map(({ id, kind, webappUrl, header, withRefreshToken, calendsoKey }) => {
      const countOf = (wanted: string) =>
        sumOf(deliveries, ({ targetId, state }) => targetId === id && state === wanted);
      return {
        ...{ id, kind, webappUrl, header, withRefreshToken },
        calendsoKeySet: calendsoKey !== null,
        ...{ waiting: countOf('waiting'), stopped: countOf('stopped'), asOf },
      };
    });
    return c.json({ targets: views }, 200);
  });

  app.openapi(checkRoute, async c => {
    const target = await findTarget(context, c.req.valid('param').id);
    if (target === null) throw new KeyferryError('not_found', 'There is no target of this id.');
    const slugs = [...context.catalogue.keys()];
    const findings = await withAsking(effects.now, asking => examineTarget(asking, target, slugs));
    return c.json({ findings }, 200);
  });
}
