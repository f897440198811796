import type { OpenAPIHono } from '@hono/zod-openapi';
import { countSealed } from '../../lib/db/index.ts';
import { withAsking } from '../../lib/doctor/index.ts';
import { settingsRoutes } from '../../lib/http/index.ts';
import type { PlatformContext } from '../context.ts';
import { examinePlatform } from '../doctor/examine-platform.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';

export function platformSettings(app: OpenAPIHono, { config, database, effects }: PlatformContext): void {
  settingsRoutes(app, {
    engine: database.engine,
    publicUrl: config.publicUrl,
    variables: config.variables ?? [],
    sealing: () => countSealed(database, config.keyring, SEALED_COLUMNS),
    examine: () => withAsking(effects.now, asking => examinePlatform(config, asking)),
  });
}
