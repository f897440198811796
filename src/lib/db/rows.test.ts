import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, databaseNow, openDatabase, skipLocked, writing } from './index.ts';

interface Row {
  readonly id: number;
  readonly at: number | null;
  readonly text: string | null;
}

const COLUMNS = { id: 'integer', at: 'bigint', text: 'text' } as const;

describeEngines('rows', engine => {
  let made: TestDatabase;
  let database: Database<unknown>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase(made.location);
    await sql`create table "row" ("id" integer primary key, "at" bigint, "text" text)`.execute(database.db);
    await sql`create table "trace" ("rowId" integer not null, "text" text not null)`.execute(database.db);
  });

  beforeEach(async () => {
    await sql`delete from "row"`.execute(database.db);
    await sql`delete from "trace"`.execute(database.db);
  });

  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  const insert = writing<Row, Row>({
    input: COLUMNS,
    write: ({ id, at, text }, from) => sql<Row>`insert into "row" ("id", "at", "text")
      select ${id}, ${at}, ${text} ${from} returning "id", "at", "text"`,
    written: COLUMNS,
    followUp: ({ id, text }, from) => sql`insert into "trace" ("rowId", "text")
      select ${id}, coalesce(${text}, 'none') ${from}`,
  });

  async function readBack(rows: readonly Row[]): Promise<unknown[]> {
    const written = await insert(database, rows);
    expect(written.toSorted((one, other) => one.id - other.id)).toEqual(rows);
    return (await sql`select * from "row" order by "id"`.execute(database.db)).rows;
  }

  test('records come out as they went in', async () => {
    const rows = [
      { id: 1, at: 1_768_478_400_123, text: 'plain' },
      { id: 2, at: null, text: null },
      { id: 3, at: 0, text: '' },
      { id: 4, at: -1, text: 'é👋 日本語 \ufeff' },
      { id: 5, at: Number.MAX_SAFE_INTEGER, text: `'"\\ $1 ? :x {{id}} -- ; \n\t` },
      { id: 6, at: 2_147_483_648, text: '12' },
      { id: 7, at: 1, text: '{"a":[null]}' },
      { id: 8, at: 1, text: 'null' },
    ];
    expect(await readBack(rows)).toEqual(rows);
  });

  test('none, and many', async () => {
    expect(await readBack([])).toEqual([]);
    const many = Array.from({ length: 1_000 }, (_, id) => ({ id, at: id * 1e9, text: 'x'.repeat(100) }));
    expect(await readBack(many)).toEqual(many);
  });

  const insertTraced = writing<Row, Row>({
    input: COLUMNS,
    write: ({ id, at, text }, from) => sql<Row>`insert into "row" ("id", "at", "text")
      select ${id}, ${at}, ${text} ${from} where true
      on conflict do nothing returning "id", "at", "text"`,
    written: COLUMNS,
    followUp: ({ id, text }, from) =>
      sql`insert into "trace" ("rowId", "text") select ${id}, ${text} ${from}`,
  });

  async function table(name: 'row' | 'trace'): Promise<unknown[]> {
    return (await sql`select * from ${sql.table(name)} order by 1`.execute(database.db)).rows;
  }

  test('a second write is fed with what the first returned, and nothing else', async () => {
    await sql`insert into "row" ("id", "text") values (2, 'old')`.execute(database.db);
    const written = await insertTraced(database, [
      { id: 1, at: 7, text: 'é👋' },
      { id: 2, at: 7, text: 'new' },
      { id: 3, at: 8, text: 'third' },
    ]);
    const expected = [
      { id: 1, at: 7, text: 'é👋' },
      { id: 3, at: 8, text: 'third' },
    ];
    expect(written.toSorted((one, other) => one.id - other.id)).toEqual(expected);
    expect(await table('trace')).toEqual(expected.map(({ id, text }) => ({ rowId: id, text })));
  });

  test('one compiled writing serves one row, many and none', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ id: index + 2, at: index, text: 'x' }));
    expect(await insertTraced(database, [{ id: 1, at: null, text: '' }])).toHaveLength(1);
    expect(await insertTraced(database, many)).toHaveLength(200);
    expect(await insertTraced(database, [])).toEqual([]);
    expect(await table('row')).toHaveLength(201);
    expect(await table('trace')).toHaveLength(201);
  });

  test('a first write that wrote nothing is followed by nothing', async () => {
    const again = { id: 1, at: 1, text: 'x' };
    await insertTraced(database, [again]);
    expect(await insertTraced(database, [again])).toEqual([]);
    expect(await table('trace')).toHaveLength(1);
  });

  test('a second write that fails takes the first with it, and the next writing works', async () => {
    // "trace"."text" takes no null.
    await expect(insertTraced(database, [{ id: 1, at: null, text: null }])).rejects.toThrow(/null/i);
    expect(await table('row')).toEqual([]);
    expect(await insertTraced(database, [{ id: 1, at: null, text: 'x' }])).toHaveLength(1);
  });

  test('writings that come at once do not mix, with transactions neither', async () => {
    const all = Array.from({ length: 20 }, (_, id) => insertTraced(database, [{ id, at: id, text: 'x' }]));
    const failing = database.db.transaction().execute(async trx => {
      await sql`insert into "row" ("id") values (100)`.execute(trx);
      await new Promise(resolve => setImmediate(resolve));
      throw new Error('halfway');
    });
    await expect(failing).rejects.toThrow('halfway');
    await Promise.all(all);
    expect(await table('row')).toHaveLength(20);
    expect(await table('trace')).toHaveLength(20);
  });

  test('a writing that takes more than its rows is refused', async () => {
    const wrong = writing<Row, Row>({
      input: COLUMNS,
      write: ({ id }, from) =>
        sql<Row>`insert into "row" ("id") select ${id} ${from} where ${id} > ${5} returning *`,
      written: COLUMNS,
      followUp: ({ id, text }, from) => sql`insert into "trace" select ${id}, ${text} ${from}`,
    });
    await expect(wrong(database, [])).rejects.toThrow('takes its input as rows alone');
  });

  test("the database's clock is a whole number of milliseconds, and goes on within a statement's connection", async () => {
    const read = sql<{ now: number }>`select ${databaseNow(database.engine)} as "now"`;
    const [first] = (await read.execute(database.db)).rows;
    const [second] = (await read.execute(database.db)).rows;
    expect(Number.isInteger(first?.now)).toBe(true);
    expect(first?.now).toBeGreaterThan(Date.UTC(2025, 0));
    expect(second?.now).toBeGreaterThanOrEqual(first?.now ?? Number.NaN);
  });

  test('a claim passes over rows that another is claiming', async () => {
    await sql`insert into "row" ("id") values (1), (2)`.execute(database.db);
    const claim = sql<{
      id: number;
    }>`select "id" from "row" order by "id" limit 1 ${skipLocked(database.engine)}`;
    await database.db.transaction().execute(async trx => {
      expect((await claim.execute(trx)).rows).toEqual([{ id: 1 }]);
      if (engine.name !== 'postgres') return;
      const other = openDatabase(made.location);
      onTestFinished(() => other.close());
      expect((await claim.execute(other.db)).rows).toEqual([{ id: 2 }]);
    });
  });
});
