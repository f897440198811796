import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { LOCK_WAIT_MS } from './file-lock.ts';
import { type Database, openDatabase } from './index.ts';

let database: Database<unknown>;
let holder: Sqlite.Database;

beforeEach(async () => {
  const file = join(temporaryFolder(), 'test.db');
  database = openDatabase<unknown>({ file });
  await sql`create table "t" ("n" integer)`.execute(database.db);
  holder = new Sqlite(file, { timeout: 0 });
  return async () => {
    holder.close();
    await database.close();
  };
});

const insert = (n: number) => sql`insert into "t" values (${n})`.execute(database.db);
const rows = async () => (await sql<{ n: number }>`select "n" from "t"`.execute(database.db)).rows;

test('writes wait for a lock of another process in their order, and reads do not', async () => {
  holder.exec('begin immediate');
  const { sqlite } = database;
  let done = 0;
  const count = () => {
    done += 1;
  };
  const begun = [
    () => insert(1),
    () => database.db.transaction().execute(trx => sql`insert into "t" values (2)`.execute(trx)),
    async () => sqlite?.write(() => sqlite.prepare('insert into "t" values (3)').run([])),
    () => insert(4),
  ];
  const writes: Promise<void>[] = [];
  for (const write of begun) {
    writes.push(write().then(count));
    await new Promise(setImmediate);
  }
  for (let looks = 0; looks < 20; looks += 1) {
    expect(await rows()).toEqual([]);
    expect(await database.reads?.run('select "n" from "t"', [])).toEqual([]);
    await new Promise(setImmediate);
  }
  expect(done).toBe(0);
  holder.exec('commit');
  await Promise.all(writes);
  expect((await rows()).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
});

test('a lock that is not given back ends in SQLITE_BUSY, for all that wait at about the same time', async () => {
  holder.exec('begin immediate');
  const began = performance.now();
  const writes = [
    insert(1),
    insert(2),
    database.db.transaction().execute(trx => sql`select 1`.execute(trx)),
    insert(3),
  ];
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from(writes, () => 'rejected'));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'SQLITE_BUSY' } });
  expect(performance.now() - began).toBeGreaterThan(LOCK_WAIT_MS - 100);
  // Nobody waits anew for a lock that has been refused for so long: each looks once.
  await expect(insert(4)).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
  expect(performance.now() - began).toBeLessThan(2 * LOCK_WAIT_MS);
  holder.exec('commit');
  await insert(5);
  expect(await rows()).toEqual([{ n: 5 }]);
});

test('a statement behind an error that has ended its transaction is not done alone', async () => {
  const failing = database.db.transaction().execute(async trx => {
    await sql`insert into "t" values (1)`.execute(trx);
    await sql`insert or rollback into "t" ("none") values (1)`.execute(trx).catch(() => undefined);
    database.sqlite?.prepare('rollback').run([]);
    await sql`insert into "t" values (2)`.execute(trx);
  });
  await expect(failing).rejects.toThrow('ended with its first error');
  expect(await rows()).toEqual([]);
  await insert(3);
});
