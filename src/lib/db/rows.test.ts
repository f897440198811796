import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, databaseNow, jsonRows, openDatabase, skipLocked, writeThen } from './index.ts';

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

  async function readBack(rows: readonly Row[]): Promise<unknown[]> {
    const source = jsonRows(database.engine, rows, COLUMNS);
    const read = sql`select * from ${source} as r order by "id"`;
    return (await read.execute(database.db)).rows;
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

  function insert(rows: readonly Row[]) {
    const source = jsonRows(database.engine, rows, COLUMNS);
    return sql<Row>`insert into "row" ("id", "at", "text") select "id", "at", "text" from ${source} as r where true
      on conflict do nothing returning "id", "at", "text"`;
  }

  async function traces(): Promise<unknown[]> {
    return (await sql`select * from "trace" order by "rowId"`.execute(database.db)).rows;
  }

  test('a second write is fed with what the first returned, and nothing else', async () => {
    await insert([{ id: 2, at: 0, text: 'old' }]).execute(database.db);
    const written = await writeThen(database, {
      write: insert([
        { id: 1, at: 7, text: 'é👋' },
        { id: 2, at: 7, text: 'new' },
        { id: 3, at: 8, text: 'third' },
      ]),
      columns: COLUMNS,
      then: source => sql`insert into "trace" ("rowId", "text") select "id", "text" from ${source} as w`,
    });
    expect(new Set(written)).toEqual(
      new Set([
        { id: 1, at: 7, text: 'é👋' },
        { id: 3, at: 8, text: 'third' },
      ]),
    );
    expect(await traces()).toEqual([
      { rowId: 1, text: 'é👋' },
      { rowId: 3, text: 'third' },
    ]);
  });

  test('a first write that wrote nothing is followed by nothing', async () => {
    const written = await writeThen(database, {
      write: insert([]),
      columns: COLUMNS,
      then: source => sql`insert into "trace" ("rowId", "text") select "id", "text" from ${source} as w`,
    });
    expect(written).toEqual([]);
    expect(await traces()).toEqual([]);
  });

  test('a second write that fails takes the first with it', async () => {
    const failing = writeThen(database, {
      write: insert([{ id: 1, at: null, text: null }]),
      columns: COLUMNS,
      then: source => sql`insert into "trace" ("rowId", "text") select "id", "text" from ${source} as w`,
    });
    await expect(failing).rejects.toThrow(/null/i);
    expect((await sql`select * from "row"`.execute(database.db)).rows).toEqual([]);
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
    await insert([
      { id: 1, at: 0, text: '' },
      { id: 2, at: 0, text: '' },
    ]).execute(database.db);
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
