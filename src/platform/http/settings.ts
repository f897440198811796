import type { OpenAPIHono } from '@hono/zod-openapi';
import { withAsking } from '../../lib/doctor/index.ts';
import { settingsRoutes } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { examinePlatform } from '../doctor/examine-platform.ts';

export function platformSettings(
  app: OpenAPIHono,
  { config, counts, database, effects }: PlatformContext,
): void {
  settingsRoutes(app, {
    engine: database.engine,
    publicUrl: config.publicUrl,
    variables: config.variables ?? [],
    sealing: counts.sealed,
    examine: () => withAsking(effects.now, asking => examinePlatform(config, asking)),
  });
}
