import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, openDatabase, type Statements } from './index.ts';

const postgres = engines.find(({ name }) => name === 'postgres');

describe.skipIf(!postgres?.available)('reads on connections of their own', () => {
  let store: TestDatabase;
  let database: Database<object>;
  let lanes: Statements;
  beforeAll(async () => {
    if (!postgres) throw new Error('There is no PostgreSQL.');
    store = await postgres.create();
    database = openDatabase(store.location);
    if (!database.reads) throw new Error('PostgreSQL has lanes.');
    lanes = database.reads;
  });
  afterAll(async () => {
    await database?.close();
    await store?.dispose();
  });

  const backend = 'select pg_backend_pid() as "pid", cast($1 as integer) as "n"';

  test('many at once are answered each, on two connections', async () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const rows = await Promise.all(numbers.map(n => lanes.run<{ pid: number; n: number }>(backend, [n])));
    expect(rows.map(([row]) => row?.n)).toEqual(numbers);
    expect(new Set(rows.map(([row]) => row?.pid)).size).toBe(2);
  });

  test('give numbers for bigint, as the other queries do', async () => {
    expect(await lanes.run('select cast($1 as bigint) as "big"', [2 ** 40])).toEqual([{ big: 2 ** 40 }]);
  });

  test('one that fails does not fail those beside it, and may be repeated', async () => {
    const divide = 'select 1 / cast($1 as integer) as "n"';
    const outcomes = await Promise.allSettled([1, 0, 1, 1, 0, 1].map(n => lanes.run(divide, [n])));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
    const missing = 'select $1 as "n" from "made_later"';
    await expect(lanes.run(missing, ['x'])).rejects.toMatchObject({ code: '42P01' });
    await database.db.schema.createTable('made_later').addColumn('a', 'integer').execute();
    expect(await lanes.run(missing, ['x'])).toEqual([]);
  });

  test('a connection that was cut is replaced', async () => {
    const [row] = await lanes.run<{ pid: number }>(backend, [0]);
    const { reads: other, close } = openDatabase(store.location);
    await other?.run('select pg_terminate_backend($1)', [row?.pid]);
    await close();
    // The first may still meet the dying connection.
    await lanes.run(backend, [1]).catch(() => undefined);
    const [next] = await lanes.run<{ pid: number; n: number }>(backend, [2]);
    expect(next?.n).toBe(2);
    expect(next?.pid).not.toBe(row?.pid);
  });

  test('without a server they say so, each time', async () => {
    const nowhere = openDatabase({ url: 'postgres://127.0.0.1:1/none' });
    for (const _ of [1, 2]) {
      await expect(nowhere.reads?.run('select $1', ['x'])).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    }
    await nowhere.close();
  });
});
