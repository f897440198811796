import type { OpenAPIHono } from '@hono/zod-openapi';
import { countSealed } from '../../lib/db/index.ts';
import { withAsking } from '../../lib/doctor/index.ts';
import { settingsRoutes } from '../../lib/http/index.ts';
import type { InstanceContext } from '../context.ts';
import { examineInstance } from '../doctor/examine-instance.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';

export function instanceSettings(app: OpenAPIHono, { config, database, effects }: InstanceContext): void {
  settingsRoutes(app, {
    engine: database.engine,
    publicUrl: config.publicUrl,
    variables: config.variables ?? [],
    sealing: () => countSealed(database, config.keyring, SEALED_COLUMNS),
    examine: () => withAsking(effects.now, asking => examineInstance(config, asking)),
  });
}
