import { sql } from 'kysely';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { type DatabaseRelay, startDatabaseRelay } from '../../../test/hangs/database-relay.ts';
import { type Columns, type Database, databaseFault, openDatabase, reading, writing } from './index.ts';
import { LIMITS } from './limits.ts';

const postgres = engines.find(({ name }) => name === 'postgres');

interface Row {
  readonly id: number;
  readonly text: string;
}

const columns = { id: 'integer', text: 'text' } as const satisfies Columns<Row>;
const find = reading<'id', Row>(['id'], ({ id }) => sql`select "id", "text" from "row" where "id" = ${id}`);
const put = writing<Row, Row>({
  input: columns,
  write: (given, from) => sql`update "row" set "text" = ${given.text} ${from} where "row"."id" = ${given.id}
    returning "row"."id", "row"."text"`,
  written: columns,
  followUp: (given, from) => sql`insert into "note" ("text") select ${given.text} ${from}`,
});

describe.skipIf(!postgres?.available)('lanes through a network that fails', () => {
  let relay: DatabaseRelay;
  let database: Database<object>;
  /** A connection past the relay. */
  let direct: pg.Client;

  beforeEach(async () => {
    const made = await postgres?.create();
    if (made === undefined || !('url' in made.location)) throw new Error('There is no PostgreSQL.');
    relay = await startDatabaseRelay(made.location.url);
    database = openDatabase({ url: relay.url });
    direct = new pg.Client({ connectionString: made.location.url });
    direct.on('error', () => {});
    await direct.connect();
    await direct.query(
      'create table "row" ("id" integer primary key, "text" text); create table "note" ("text" text)',
    );
    await direct.query(`insert into "row" select n, 'of ' || n from generate_series(1, 100) as n`);
    onTestFinished(async () => {
      relay.set('whole');
      relay.reset();
      await database.close();
      await direct.end();
      await made.dispose();
    });
  });

  /** What each of many readers was given, by what it asked for; rows of another are put down as faults. */
  async function readAll(faults: string[]): Promise<number> {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, async (_, index) => {
        const rows = await find(database, { id: index + 1 });
        if (rows.length !== 1 || rows[0]?.text !== `of ${index + 1}`)
          faults.push(`${index + 1}: ${JSON.stringify(rows)}`);
      }),
    );
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  }

  test('a lost question never gives its row, or its lack of one, to the next', async () => {
    const faults: string[] = [];
    expect(await readAll(faults)).toBe(100);
    relay.set('lossy');
    const lost = [1, 2, 3].map(id => find(database, { id }));
    await new Promise(resolve => setTimeout(resolve, 100));
    relay.set('whole');
    // The first answers that come are those of later questions.
    for (let round = 0; round < 5; round += 1) expect(await readAll(faults)).toBe(100);
    expect((await Promise.all(lost)).map(([row]) => row?.text)).toEqual(['of 1', 'of 2', 'of 3']);
    // One without a row is as much an answer as one with.
    expect(await find(database, { id: 1_000 })).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a lost write never takes the answer of the next one', async () => {
    expect(await put(database, [{ id: 1, text: 'a' }])).toEqual([{ id: 1, text: 'a' }]);
    relay.set('lossy');
    const lost = put(database, [{ id: 1, text: 'lost' }]).catch((error: unknown) => databaseFault(error));
    await new Promise(resolve => setTimeout(resolve, 100));
    relay.set('whole');
    const next = await Promise.allSettled([
      put(database, [{ id: 2, text: 'b' }]),
      put(database, [{ id: 300, text: 'c' }]),
    ]);
    for (const outcome of next) {
      if (outcome.status === 'rejected') expect(databaseFault(outcome.reason)).not.toBeNull();
      else expect([[{ id: 2, text: 'b' }], []]).toContainEqual(outcome.value);
    }
    expect(['unreachable', 'busy']).toContain(await lost);
    expect(await put(database, [{ id: 1, text: 'd' }])).toEqual([{ id: 1, text: 'd' }]);
  });

  test.each([1, 7, 30, 90])(
    'answers cut after %i bytes give nobody a wrong row, and reads are asked again',
    async bytes => {
      const faults: string[] = [];
      expect(await readAll(faults)).toBe(100);
      relay.halve(bytes);
      const during = readAll(faults);
      await new Promise(resolve => setTimeout(resolve, 50));
      relay.set('whole');
      await during;
      expect(await readAll(faults)).toBe(100);
      expect(faults).toEqual([]);
    },
  );

  test('bytes that are no message end the connection, and not the process', async () => {
    expect(await find(database, { id: 1 })).toHaveLength(1);
    const parse = vi.spyOn(
      pg.Query.prototype as unknown as { handleCommandComplete(): void },
      'handleCommandComplete',
    );
    parse.mockImplementationOnce(() => {
      throw new TypeError('no such message');
    });
    await expect(sql`select 1`.execute(database.db)).resolves.toBeDefined();
    expect(parse).toHaveBeenCalled();
  });

  test('where nothing is answered, each fails in time as busy, and what comes after has a connection of its own', async () => {
    expect(await find(database, { id: 1 })).toHaveLength(1);
    relay.set('silent');
    const began = performance.now();
    const asked = [
      find(database, { id: 1 }),
      find(database, { id: 2 }),
      put(database, [{ id: 1, text: 'x' }]),
    ];
    const faults = await Promise.all(asked.map(answer => answer.then(() => null, databaseFault)));
    expect(faults).toEqual(['busy', 'busy', 'busy']);
    expect(performance.now() - began).toBeLessThan(LIMITS.answerMs + LIMITS.connectMs + 8_000);
    relay.set('whole');
    expect(await find(database, { id: 2 })).toEqual([{ id: 2, text: 'of 2' }]);
    expect(await put(database, [{ id: 1, text: 'y' }])).toEqual([{ id: 1, text: 'y' }]);
  }, 40_000);

  test('a connection that is reset under way is replaced: reads are answered, a write is told apart', async () => {
    const faults: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const reads = readAll(faults);
      const write = put(database, [{ id: 100 - round, text: `of ${100 - round}` }]).then(
        () => null,
        databaseFault,
      );
      relay.reset();
      expect(await reads).toBe(100);
      expect([null, 'unreachable']).toContain(await write);
    }
    expect(faults).toEqual([]);
  });

  test('a write that the server begins too late does nothing, however it comes to it', async () => {
    await put(database, [{ id: 1, text: 'before' }]);
    const { rows } = await direct.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query like '%statement_timestamp%' and pid <> pg_backend_pid()`,
    );
    // A stopped server process has its questions in its socket, and takes them up when it goes on.
    const backends = rows.map(({ pid }) => pid);
    expect(backends.length).toBeGreaterThan(0);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    const goOn = () => {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
    };
    onTestFinished(() => {
      try {
        goOn();
      } catch {
        // They have ended.
      }
    });
    const stuck = await Promise.allSettled([put(database, [{ id: 1, text: 'old' }])]);
    expect(stuck[0].status).toBe('rejected');
    expect(await put(database, [{ id: 1, text: 'new' }])).toEqual([{ id: 1, text: 'new' }]);
    goOn();
    await vi.waitFor(async () => {
      const left = await direct.query('select 1 from pg_stat_activity where pid = any($1)', [backends]);
      expect(left.rows).toEqual([]);
    }, 10_000);
    expect(await find(database, { id: 1 })).toEqual([{ id: 1, text: 'new' }]);
  }, 40_000);

  test('backends that are ended under load are not noticed: what the server did not do is done again', async () => {
    const faults: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const reads = readAll(faults);
      const kill = direct.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      expect(await reads).toBe(100);
      await kill;
      const transaction = database.db.transaction().execute(async trx => {
        await sql`update "row" set "text" = ${`of ${round + 1}`} where "id" = ${round + 1}`.execute(trx);
        return round;
      });
      expect(await transaction).toBe(round);
    }
    expect(faults).toEqual([]);
  });
});
