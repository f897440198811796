import type { OpenAPIHono } from '@hono/zod-openapi';
import { withAsking } from '../../lib/doctor/index.ts';
import { settingsRoutes } from '../../lib/http/index.ts';
import type { InstanceContext } from '../context.ts';
import { examineInstance } from '../doctor/examine-instance.ts';

export function instanceSettings(
  app: OpenAPIHono,
  { config, counts, database, effects }: InstanceContext,
): void {
  settingsRoutes(app, {
    engine: database.engine,
    publicUrl: config.publicUrl,
    variables: config.variables ?? [],
    sealing: counts.sealed,
    examine: () => withAsking(effects.now, asking => examineInstance(config, asking)),
  });
}
