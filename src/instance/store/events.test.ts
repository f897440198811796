import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { analyze, plansOf } from '../../../test/plans.ts';
import { type Database, migrate, openDatabase } from '../../lib/db/index.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import type { InstanceTables } from '../tables.ts';
import { listEvents } from './index.ts';

const ROWS = 25_000;

describeEngines(`the activity over ${ROWS} events`, engine => {
  let made: TestDatabase;
  let database: Database<InstanceTables>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase<InstanceTables>(made.location);
    await migrate(database, INSTANCE_MIGRATIONS);
    // The first hundred are notable, and one more in each thousand; the rest are pushes of a hundred users.
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(ROWS)})
      insert into "event" ("at", "kind", "actor", "userId", "appId")
      select i, case when i <= 100 or i % 1000 = 0 then 'credential.failing' else 'credential.pushed' end, 'platform',
        i % 100, case when i % 2 = 0 then 'zoom' else 'google-calendar' end from n`.execute(database.db);
    await analyze(database);
  });
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  test('comes latest first, page by page', async () => {
    const first = await listEvents(database, { limit: 3 });
    expect(first.events.map(({ at }) => at)).toEqual([ROWS, ROWS - 1, ROWS - 2]);
    const second = await listEvents(database, { limit: 2, after: first.next ?? 0 });
    expect(second.events.map(({ at }) => at)).toEqual([ROWS - 3, ROWS - 4]);
  });

  test('what is rare is found among what is not, over several pages', async () => {
    const found: number[] = [];
    let pages = 0;
    for (let after: number | undefined; ; pages += 1) {
      const page = await listEvents(database, { kind: 'credential.failing', limit: 500, after });
      found.push(...page.events.map(({ at }) => at));
      if (page.next === null) break;
      after = page.next;
    }
    expect([found.length, pages]).toEqual([125, 1]);
    expect(found).toEqual(found.toSorted((a, b) => b - a));
  });

  test("a user's trouble is found however old it is; pushes among the last of all", async () => {
    const { events, next } = await listEvents(database, { userId: 7, limit: 500 });
    expect(next).toBeNull();
    expect(events.filter(({ kind }) => kind === 'credential.failing').map(({ at }) => at)).toEqual([7]);
    expect(events.filter(({ kind }) => kind === 'credential.pushed')).toHaveLength(200);
    expect(events.every(({ userId }) => userId === 7)).toBe(true);
    const older = await listEvents(database, { userId: 7, limit: 500, after: events.at(-2)?.id });
    expect(older.events.map(({ at }) => at)).toEqual([7]);
  });

  test('can be of one app', async () => {
    const { events } = await listEvents(database, { appSlug: 'zoom', limit: 5 });
    expect(events.map(({ at }) => at)).toEqual([25_000, 24_998, 24_996, 24_994, 24_992]);
  });

  test("a user's trouble is found by its index", async () => {
    const plans = await plansOf(database, store => listEvents(store, { userId: 7, limit: 50 }));
    expect(plans[0]).toContain('event_user_idx');
  });
});
