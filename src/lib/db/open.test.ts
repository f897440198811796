import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { type Database, openDatabase } from './index.ts';

interface Tables {
  kinds: { id: number; flag: boolean | number; large: number; json: string; at: string };
}

describeEngines('openDatabase', engine => {
  let made: TestDatabase;
  let database: Database<Tables>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase(made.location);
    const json = database.engine === 'postgres' ? sql`jsonb` : sql`text`;
    await sql`create table "kinds"
      ("id" integer primary key, "flag" boolean, "large" bigint, "json" ${json}, "at" timestamp(3))
    `.execute(database.db);
  });

  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  test('takes booleans, and gives numbers for bigint, text for JSON and for timestamps', async () => {
    const json = '{"a": "é👋"}';
    const at = '2026-01-15 12:00:00.123';
    const row = { id: 1, flag: true, large: 1_768_478_400_123, json, at };
    await database.db.insertInto('kinds').values(row).execute();
    const found = await database.db
      .selectFrom('kinds')
      .selectAll()
      .where('id', '=', 1)
      .executeTakeFirstOrThrow();
    expect(found).toEqual({ ...row, flag: database.engine === 'sqlite' ? 1 : true });
  });

  test('a transaction that fails leaves nothing', async () => {
    const failing = database.db.transaction().execute(async trx => {
      await sql`insert into "kinds" ("id") values (2)`.execute(trx);
      throw new Error('halfway');
    });
    await expect(failing).rejects.toThrow('halfway');
    const { rows } = await sql`select "id" from "kinds" where "id" = 2`.execute(database.db);
    expect(rows).toEqual([]);
  });

  test('transactions that come at once do not mix', async () => {
    await sql`insert into "kinds" ("id", "large") values (3, 0)`.execute(database.db);
    const increments = Array.from({ length: 20 }, () =>
      database.db.transaction().execute(async trx => {
        await sql`update "kinds" set "large" = "large" + 1 where "id" = 3`.execute(trx);
        await new Promise(resolve => setImmediate(resolve));
      }),
    );
    await Promise.all(increments);
    const { rows } = await sql`select "large" from "kinds" where "id" = 3`.execute(database.db);
    expect(rows).toEqual([{ large: 20 }]);
  });

  test('more different statements than are kept prepared still work', async () => {
    for (let n = 0; n < 700; n += 1) {
      const { rows } = await sql`select ${sql.raw(String(n))} + cast(${1} as integer) as "n"`.execute(
        database.db,
      );
      expect(rows).toEqual([{ n: n + 1 }]);
    }
  });

  test.runIf(engine.name === 'postgres')('a connection that breaks while idle is replaced', async () => {
    const other = openDatabase({ ...(made.location as { url: string }), poolSize: 1 });
    onTestFinished(() => other.close());
    const pid = sql<{ pid: number }>`select pg_backend_pid() as "pid"`;
    const [first] = (await pid.execute(other.db)).rows;
    await sql`select pg_terminate_backend(${first?.pid})`.execute(database.db);
    await expect
      .poll(async () => (await pid.execute(other.db).catch(() => ({ rows: [first] }))).rows[0]?.pid)
      .not.toBe(first?.pid);
  });

  test.runIf(engine.name === 'postgres')('one that breaks in use fails its transaction alone', async () => {
    const other = openDatabase({ ...(made.location as { url: string }), poolSize: 1 });
    onTestFinished(() => other.close());
    const transaction = other.db.transaction().execute(async trx => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as "pid"`.execute(trx);
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db);
      for (;;) await sql`select 1`.execute(trx);
    });
    await expect(transaction).rejects.toThrow();
    expect((await sql`select 1 as "n"`.execute(other.db)).rows).toEqual([{ n: 1 }]);
  });
});

describe('a SQLite file', () => {
  test('and its folder are readable by their owner alone', async () => {
    const file = join(temporaryFolder(), 'deep', 'data', 'instance.db');
    const database = openDatabase({ file });
    onTestFinished(() => database.close());
    await sql`create table "t" ("n" integer)`.execute(database.db);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  test('commits to the disk before it acknowledges, and keeps references', async () => {
    const database = openDatabase({ file: join(temporaryFolder(), 'test.db') });
    onTestFinished(() => database.close());
    const settings: unknown[] = [];
    for (const name of ['journal_mode', 'synchronous', 'foreign_keys']) {
      settings.push((await sql`pragma ${sql.raw(name)}`.execute(database.db)).rows[0]);
    }
    expect(settings).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }]);
  });

  test('a transaction holds the right to write from its beginning', async () => {
    const file = join(temporaryFolder(), 'test.db');
    const [one, other] = [openDatabase({ file }), openDatabase({ file })];
    onTestFinished(async () => {
      await one.close();
      await other.close();
    });
    await sql`create table "t" ("n" integer)`.execute(one.db);
    await sql`pragma busy_timeout = 0`.execute(other.db);
    await one.db.transaction().execute(async trx => {
      await sql`select * from "t"`.execute(trx);
      await expect(sql`insert into "t" values (1)`.execute(other.db)).rejects.toThrow(/locked/);
    });
    await sql`insert into "t" values (1)`.execute(other.db);
  });
});
