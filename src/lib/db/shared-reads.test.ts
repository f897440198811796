import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { engines, type TestDatabase, type TestEngine } from '../../../test/engines.ts';
import { type Database, openDatabase, type SqliteConnection, type Statements } from './index.ts';

const [engine] = engines as readonly [TestEngine];

let made: TestDatabase;
let database: Database<object>;
let sqlite: SqliteConnection;
let reads: Statements;

beforeAll(async () => {
  made = await engine.create();
});

beforeEach(async () => {
  database = openDatabase(made.location);
  if (database.sqlite === null || database.reads === null) throw new Error('It is not SQLite.');
  ({ sqlite, reads } = database);
  await sql`create table "n" ("n" integer primary key)`.execute(database.db);
  for (const n of [1, 2, 3]) await sql`insert into "n" values (${n})`.execute(database.db);
});

afterEach(async () => {
  vi.restoreAllMocks();
  if (sqlite.inTransaction) throw new Error('A transaction was left open.');
  await sql`drop table "n"`.execute(database.db);
  await database.close();
});

afterAll(() => made.dispose());

const FIND = 'select "n" from "n" where "n" = ?';
const COUNT = 'select count(*) as "count" from "n"';

/** The texts that were run from now on, each as often as it was. */
function watch(): string[] {
  const texts: string[] = [];
  const { prepare } = sqlite;
  vi.spyOn(sqlite, 'prepare').mockImplementation(text => {
    texts.push(text);
    return prepare(text);
  });
  return texts;
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** So that the next 64 are done at once. */
async function readAlone(): Promise<void> {
  await reads.run(FIND, [1]);
}

test('what comes in one turn shares a transaction, and each gets its own rows', async () => {
  const texts = watch();
  expect(await Promise.all([1, 4, 3].map(n => reads.run(FIND, [n])))).toEqual([[{ n: 1 }], [], [{ n: 3 }]]);
  expect(texts).toEqual(['begin deferred', FIND, FIND, FIND, 'commit']);
});

test('one alone is one statement', async () => {
  const texts = watch();
  expect(await reads.run(FIND, [2])).toEqual([{ n: 2 }]);
  expect(texts).toEqual([FIND]);
});

test('after one that came alone, 64 are done at once, and then one sees whether company comes', async () => {
  await readAlone();
  const texts = watch();
  const first = Array.from({ length: 64 }, () => reads.run(FIND, [1]));
  expect(texts).toEqual(first.map(() => FIND));
  const others = [2, 3].map(n => reads.run(FIND, [n]));
  expect(texts).toHaveLength(64);
  for (const rows of await Promise.all(first)) expect(rows).toEqual([{ n: 1 }]);
  expect(await Promise.all(others)).toEqual([[{ n: 2 }], [{ n: 3 }]]);
  expect(texts.slice(64)).toEqual(['begin deferred', FIND, FIND, 'commit']);
  // There was company: the next one waits for more.
  const next = reads.run(FIND, [1]);
  expect(texts).toHaveLength(68);
  expect(await next).toEqual([{ n: 1 }]);
  expect(texts.slice(68)).toEqual([FIND]);
});

test('one that fails does not fail those beside it', async () => {
  const asked = [reads.run(FIND, [1]), reads.run('select * from "none"', []), reads.run(FIND, [3])];
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await expect(reads.run('select * from "none"', [])).rejects.toThrow('no such table');
  await readAlone();
  await expect(reads.run('select * from "none"', [])).rejects.toThrow('no such table');
});

test.each(['alone', 'together'])(
  'an open transaction is waited for, and what it undoes is not seen: %s',
  async how => {
    await readAlone();
    const halfway = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const undone = database.db.transaction().execute(async trx => {
      await sql`insert into "n" values (4)`.execute(trx);
      inserted.resolve();
      await halfway.promise;
      throw new Error('undone');
    });
    await inserted.promise;
    const counts = Promise.all((how === 'alone' ? [1] : [1, 2]).map(() => reads.run(COUNT, [])));
    for (let turns = 0; turns < 3; turns++) await turn();
    halfway.resolve();
    await expect(undone).rejects.toThrow('undone');
    for (const rows of await counts) expect(rows).toEqual([{ count: 3 }]);
  },
);

test('a transaction that cannot begin fails all who would have shared it, and none after them', async () => {
  const { prepare } = sqlite;
  vi.spyOn(sqlite, 'prepare').mockImplementation(text => {
    if (text === 'begin deferred') throw new Error('disk I/O error');
    return prepare(text);
  });
  const outcomes = await Promise.allSettled([1, 2].map(n => reads.run(FIND, [n])));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  vi.restoreAllMocks();
  expect(await Promise.all([1, 2].map(n => reads.run(FIND, [n])))).toEqual([[{ n: 1 }], [{ n: 2 }]]);
});

test('after the end of the database they say so', async () => {
  const other = openDatabase(made.location);
  const asked = [1, 2].map(n => other.reads?.run(FIND, [n]));
  await other.close();
  for (const read of asked) await expect(read).rejects.toThrow('not open');
});
