import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createInstance, INSTANCE_MIGRATIONS } from '../src/instance/index.ts';
import { migrate, openDatabase } from '../src/lib/db/index.ts';
import { createLog } from '../src/lib/log.ts';
import { createPlatform, PLATFORM_MIGRATIONS } from '../src/platform/index.ts';
import { describeEngines } from './engines.ts';
import { instanceConfig } from './instance.ts';
import { platformConfig } from './platform/platform.ts';

const ROLES = [
  { role: 'instance', table: 'event', migrations: INSTANCE_MIGRATIONS },
  { role: 'platform', table: 'platform_event', migrations: PLATFORM_MIGRATIONS },
] as const;

describeEngines('at its start', engine => {
  // PGlite is one connection, which ends with what has opened it.
  test.skipIf(engine.name === 'pglite').each(ROLES)(
    'the $role deletes what is past its time',
    async ({ role, table, migrations }) => {
      const made = await engine.create();
      onTestFinished(() => made.dispose());
      const before = openDatabase<unknown>(made.location);
      await migrate(before, migrations);
      await sql`insert into ${sql.table(table)} ("at", "kind", "actor") values (1, 'setup.done', 'x'), (${Date.now()}, 'setup.done', 'y')`.execute(
        before.db,
      );
      await before.close();
      const effects = { log: createLog('silent') };
      const started =
        role === 'instance'
          ? await createInstance(instanceConfig(made.location), effects)
          : await createPlatform(platformConfig({ database: made.location }), effects);
      onTestFinished(() => started.close());
      await vi.waitFor(async () => {
        const { rows } = await sql`select "actor" from ${sql.table(table)}`.execute(started.database.db);
        expect(rows).toEqual([{ actor: 'y' }]);
      });
    },
  );
});
