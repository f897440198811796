import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { analyze, plansOf, scansIn } from '../../../test/plans.ts';
import { type Database, migrate, openDatabase } from '../../lib/db/index.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import type { InstanceTables } from '../tables.ts';
import { searchUsers, type UserSearch } from './search-users.ts';
import { addUser } from './users.ts';

const ROWS = 21_000;

describeEngines(`a search among ${ROWS} users`, engine => {
  let made: TestDatabase;
  let database: Database<InstanceTables>;
  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase<InstanceTables>(made.location);
    await migrate(database, INSTANCE_MIGRATIONS);
    // A statement may take 5 s, and the index makes each row costly.
    for (let from = 1; from <= ROWS; from += 3_000) {
      const to = Math.min(ROWS, from + 2_999);
      await sql`insert into "users" ("id", "uuid", "email", "username", "name", "created")
        with recursive n(i) as (select ${sql.lit(from)} union all select i + 1 from n where i < ${sql.lit(to)})
        select i, 'uuid-' || i, 'person' || i || '@team' || (i % 100) || '.example.com',
          case when i % 2 = 0 then 'n' || i end, case when i % 3 = 0 then 'Ada Łoś ' || i end, '2026-01-01' from n`.execute(
        database.db,
      );
    }
    if (database.engine === 'postgres') {
      await sql`select setval(pg_get_serial_sequence('users', 'id'), ${sql.lit(ROWS)})`.execute(database.db);
    }
    await analyze(database);
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  /** Whom a search finds, page by page, and how many pages that takes. */
  async function find(q: string, limit = 500): Promise<{ ids: number[]; pages: number }> {
    const ids: number[] = [];
    for (let [after, pages]: [number, number] = [0, 1]; ; pages++) {
      const { users, next } = await searchUsers(database, { q, after, limit });
      ids.push(...users.map(({ id }) => id));
      if (next === null) return { ids, pages };
      expect(next).toBeGreaterThan(after);
      after = next;
    }
  }
  const every = (isWanted: (id: number) => boolean) =>
    Array.from({ length: ROWS }, (_, at) => at + 1).filter(isWanted);

  test.each<[string, (id: number) => boolean]>([
    ['person20999@', id => id === 20_999],
    ['SON20999@', id => id === 20_999],
    ['@team7.exam', id => id % 100 === 7],
    ['Ada Łoś 12', id => id % 3 === 0 && String(id).startsWith('12')],
    ['20999', id => id === 20_999],
    ['nobody', () => false],
    ['person_', () => false],
    ['team%example', () => false],
    ['a" OR "b', () => false],
    ['NOT person', () => false],
    ['per*', () => false],
    ["per'son", () => false],
    ['x'.repeat(200), () => false],
  ])('%j finds whom it is part of, each once, in the order of their ids', async (q, isWanted) => {
    expect((await find(q)).ids).toEqual(every(isWanted));
  });

  test('a part that all have comes in pages', async () => {
    expect(await find('example')).toEqual({ ids: every(() => true), pages: ROWS / 500 });
  });

  test('two letters are looked for a stretch at a time', async () => {
    expect(await find('qz')).toEqual({ ids: [], pages: 2 });
    expect((await find('n4')).ids).toEqual(every(id => String(id).startsWith('4')));
    expect((await find('7')).ids).toEqual(every(id => /7/.test(`${id} ${id % 100}`)));
  });

  test('a page after a write shows the write', async () => {
    const added = await addUser(database, { email: 'Zoë.Quartz@example.com', name: 'Zoë' }, 1);
    const found = async (q: string) => (await find(q)).ids;
    expect(await found('zoë.quartz')).toEqual([added.id]);
    await sql`update "users" set "name" = 'Emil Brass', "email" = 'emil@example.com' where "id" = ${added.id}`.execute(
      database.db,
    );
    expect(await found('quartz')).toEqual([]);
    expect(await found('brass')).toEqual([added.id]);
    await sql`delete from "users" where "id" = ${added.id}`.execute(database.db);
    expect(await found('brass')).toEqual([]);
  });

  test.each<[string, UserSearch]>([
    ['a part', { q: 'person20999', after: 0, limit: 100 }],
    ['a part that none has', { q: 'nobody', after: 7_000, limit: 100 }],
    ['two letters', { q: 'qz', after: 0, limit: 100 }],
  ])('%s: no table is read from end to end', async (_, search) => {
    const plans = await plansOf(database, store => searchUsers(store, search));
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.flatMap(scansIn)).toEqual([]);
    if (search.q.length > 2) expect(plans.join()).toMatch(/VIRTUAL TABLE INDEX|users_search_idx/);
    expect(plans.join()).not.toMatch(/TEMP B-TREE/);
  });
});
