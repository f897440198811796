import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { MOST_HELD_MS, watchLoop } from '../../../test/loop-delay.ts';
import { type Database, openDatabase, scan } from './index.ts';
import { openScanThread } from './scan-queue.ts';
import { openScanPool, type ScanLimits, type Scans } from './scans.ts';

describeEngines('scans', engine => {
  let made: TestDatabase;
  let database: Database<unknown>;
  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase(made.location);
    await sql`create table "things" ("id" integer primary key, "flag" boolean)`.execute(database.db);
  });
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  const count = async () => {
    const [row] = await scan(database, sql<{ n: number | string }>`select count(*) as n from "things"`);
    return Number(row?.n);
  };

  /** On PGlite there is one connection for all. */
  const isApart = engine.name !== 'pglite';

  /** Scans of this database with other limits. */
  function limited(limits: ScanLimits): Scans {
    const scans =
      'file' in made.location
        ? openScanThread(made.location.file, limits)
        : openScanPool({ connectionString: (made.location as { url: string }).url }, limits);
    onTestFinished(() => scans.close());
    return scans;
  }

  /** A statement that takes about two seconds. */
  const SLOW =
    engine.name === 'sqlite'
      ? 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 9000000) select count(*) from n'
      : 'select pg_sleep(2)';

  test('see at once what was committed', async () => {
    for (let id = 1; id <= 50; id++) {
      await sql`insert into "things" ("id", "flag") values (${id}, ${id % 2 === 0})`.execute(database.db);
      expect(await count()).toBe(id);
    }
    const even = await scan(database, sql`select "id" from "things" where "flag" = ${true} order by "id"`);
    expect(even.length).toBe(25);
  });

  test.runIf(isApart)('see nothing of an open transaction, and wait for none', async () => {
    const before = await count();
    await database.db.transaction().execute(async trx => {
      await sql`insert into "things" ("id") values (1000)`.execute(trx);
      expect(await count()).toBe(before);
    });
    expect(await count()).toBe(before + 1);
  });

  test('what is wrong with a statement is told, and the next one is answered', async () => {
    await expect(scan(database, sql`select "none" from "things"`)).rejects.toThrow(/none/);
    expect(await count()).toBeGreaterThan(0);
  });

  test.runIf(isApart)('write nothing', async () => {
    const written = sql`insert into "things" ("id") values (9000) returning "id"`;
    await expect(scan(database, written)).rejects.toThrow(/read-?only/);
  });

  test.runIf(isApart)('hold nobody up: not the event loop, not a write', async () => {
    const { heldMs } = await watchLoop(async () => {
      const slow = database.scans.run(SLOW, []);
      let writes = 0;
      while (writes < 20) {
        await sql`insert into "things" ("id") values (${2_000 + writes++})`.execute(database.db);
      }
      await slow;
    });
    expect(heldMs).toBeLessThan(MOST_HELD_MS);
  });

  test.runIf(isApart)('end what takes too long, and go on', async () => {
    const scans = limited({ waiting: 10, waitMs: 20_000, runMs: 200 });
    await expect(scans.run(SLOW, [])).rejects.toMatchObject({ code: 'busy', retryAfterMs: 200 });
    expect(await scans.run('select 1 as one', [])).toEqual([{ one: 1 }]);
  });

  test.runIf(isApart)('refuse one too many at once, and one that has waited too long', async () => {
    const scans = limited({ waiting: 3, waitMs: 300, runMs: 20_000 });
    const busy: unknown[] = [];
    const asked = Array.from({ length: 12 }, () =>
      scans.run(SLOW, []).catch(error => busy.push((error as { code: unknown }).code)),
    );
    await Promise.all(asked);
    expect(busy.length).toBeGreaterThanOrEqual(9);
    expect(new Set(busy)).toEqual(new Set(['busy']));
    expect(await scans.run('select 1 as one', [])).toEqual([{ one: 1 }]);
  });

  test.runIf(isApart)('end with the database, whoever waits', async () => {
    const scans = limited({ waiting: 10, waitMs: 20_000, runMs: 20_000 });
    const outcomes = Promise.allSettled([scans.run('select 1', []), scans.run('select 1', [])]);
    await scans.close();
    await outcomes;
    await expect(scans.run('select 1', [])).rejects.toThrow();
  });
});

test('a database that cannot be opened fails the scan, not the process', async () => {
  const scans = openScanThread('/nowhere/at/all.db');
  await expect(scans.run('select 1', [])).rejects.toThrow();
  await expect(scans.run('select 1', [])).rejects.toThrow();
  await scans.close();
});
