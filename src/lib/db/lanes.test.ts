import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { engines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, openDatabase, type Statements } from './index.ts';
import { MOST_UNDER_WAY } from './limits.ts';

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

  test('give all kinds of values, the same each time', async () => {
    const text = `select cast($1 as text) as "text", cast($2 as integer) as "whole", cast($3 as boolean) as "flag",
      cast($4 as text) as "none", cast($5 as jsonb) as "json"`;
    const row = { text: 'é👋 \'"\\', whole: -7, flag: true, none: null, json: '{"a": [1]}' };
    for (const _ of [1, 2, 3]) expect(await lanes.run(text, Object.values(row))).toEqual([row]);
    expect(await lanes.run('select cast($1 as text) as "a" where false', ['x'])).toEqual([]);
    const many = 'select n, n * $1 as "m" from generate_series(1, 3) as n';
    for (const _ of [1, 2]) expect(await lanes.run(many, [2])).toMatchObject([{ m: 2 }, { m: 4 }, { m: 6 }]);
  });

  test('are described once a connection', async () => {
    const text = 'select cast($1 as integer) as "described", pg_backend_pid() as "pid"';
    const read = async () => {
      const rows = await Promise.all([1, 2, 3, 4].map(n => lanes.run<{ pid: number }>(text, [n])));
      expect(rows).toMatchObject([1, 2, 3, 4].map(described => [{ described }]));
      return new Set(rows.map(([row]) => row?.pid)).size;
    };
    expect(await read()).toBe(2);
    const describe = vi.spyOn(pg.Connection.prototype, 'describe');
    onTestFinished(() => describe.mockRestore());
    expect(await read()).toBe(2);
    expect(describe).not.toHaveBeenCalled();
  });

  test('a connection that prepares it after a change knows what it returns, beside one from before', async () => {
    const { reads, close } = openDatabase(store.location);
    onTestFinished(close);
    if (!reads) throw new Error('PostgreSQL has lanes.');
    const text = 'select * from "grown" where "a" = $1';
    await reads.run('create table "grown" ("a" integer)', []);
    await reads.run('insert into "grown" values ($1)', [1]);
    expect(await reads.run(text, [1])).toEqual([{ a: 1 }]);
    await reads.run('alter table "grown" add column "b" text', []);
    // The first connection is busy, so that the read goes to the second.
    const [, outcome] = await Promise.allSettled([
      reads.run('select pg_sleep($1)', [0.1]),
      reads.run(text, [1]),
    ]);
    expect(outcome).toEqual({ status: 'fulfilled', value: [{ a: 1, b: null }] });
  });

  test('what returns something else than when it was prepared is told so, and then prepared anew', async () => {
    const text = 'select * from "changing" where "a" = $1';
    await lanes.run('create table "changing" ("a" integer)', []);
    expect(await lanes.run(text, [1])).toEqual([]);
    await lanes.run('alter table "changing" add column "b" text', []);
    await lanes.run('insert into "changing" values (1, $1)', ['x']);
    await expect(lanes.run(text, [1])).rejects.toThrow('must not change');
    expect(await lanes.run(text, [1])).toEqual([{ a: 1, b: 'x' }]);
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

  test('too many at once are refused as busy, and none of the others is', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: MOST_UNDER_WAY + 10 }, (_, n) => lanes.run<{ n: number }>(backend, [n])),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(10);
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'busy', status: 503 });
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
