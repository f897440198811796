import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { plansOf, scansIn } from '../../../test/plans.ts';
import { createCatalogue } from '../../apps/index.ts';
import { type Database, migrate, openDatabase } from '../../lib/db/index.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import type { InstanceTables } from '../tables.ts';
import { countAppUse, listAffected } from './app-use.ts';
import { seedApps } from './apps.ts';
import { listEnabledApps, listHeldCredentials } from './own-apps.ts';

const USERS = 2_500;
const SLUGS = ['google-calendar', 'zoom', 'hubspot', 'stripe'];

describeEngines('the use of apps, with 10,000 credentials', engine => {
  let store: TestDatabase;
  let database: Database<InstanceTables>;
  beforeAll(async () => {
    store = await engine.create();
    database = openDatabase<InstanceTables>(store.location);
    await migrate(database, INSTANCE_MIGRATIONS);
    await seedApps(database, createCatalogue(), 1000);
    const numbers = sql`(with recursive n(i) as (select 1 union all select i + 1 from n where i < ${USERS})
      select i from n) as numbers`;
    await sql`insert into "users" ("id", "uuid", "email", "created")
      select i, 'u' || i, 'u' || i || '@example.com', '2026-01-01' from ${numbers}`.execute(database.db);
    for (const [index, slug] of SLUGS.entries()) {
      await sql`insert into "Credential" ("type", "userId", "appId", "sealedKey", "status", "createdAt",
          "updatedAt", "pushedAt")
        select 't', i, ${slug}, 's', case when i % 100 = ${index} then 'failing' else 'working' end, 1, 1, 1
        from ${numbers}`.execute(database.db);
    }
    await sql`analyze`.execute(database.db);
  });
  afterAll(async () => {
    await database.close();
    await store.dispose();
  });

  test('is counted for all apps at once', async () => {
    const use = await countAppUse(database);
    expect(Object.fromEntries(use)).toEqual(
      Object.fromEntries(SLUGS.map(slug => [slug, { held: 2_500, troubled: 25 }])),
    );
  });

  test('says who is affected first', async () => {
    const users = await listAffected(database, 'zoom', 3);
    expect(users.map(({ email }) => email)).toEqual(['u1@example.com', 'u2@example.com', 'u3@example.com']);
    expect(await listAffected(database, 'whereby', 3)).toEqual([]);
  });

  test("a user's own are found", async () => {
    const held = await listHeldCredentials(database, 7);
    expect(held.map(({ appSlug }) => appSlug)).toEqual([...SLUGS].sort());
    expect(await listEnabledApps(database)).toEqual([]);
  });

  test('reads indexes, never the table of credentials', async () => {
    const plans = [
      ...(await plansOf(database, store => listAffected(store, 'zoom', 10))),
      ...(await plansOf(database, store => listHeldCredentials(store, 7))),
      // PostgreSQL may well count all that there is by reading it in one go.
      ...(engine.name === 'sqlite' ? await plansOf(database, countAppUse) : []),
    ];
    expect(plans.length).toBeGreaterThanOrEqual(engine.name === 'sqlite' ? 3 : 2);
    for (const plan of plans) expect(scansIn(plan)).not.toContain('Credential');
  });
});
