import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { describeEngines, type TestDatabase } from '../../test/engines.ts';
import { type Database, databaseNow, LIB_MIGRATIONS, migrate, openDatabase } from './db/index.ts';
import { acquireLease, extendLease, forgetLease, type Lease, leaseLeftMs, releaseLease } from './lease.ts';

const LONG = 3_600_000;
/** A lease that has run out when it is taken. */
const OVER = 0;

describeEngines('a lease', engine => {
  let made: TestDatabase;
  let database: Database<unknown>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase(made.location);
    await migrate(database, [LIB_MIGRATIONS]);
  });

  beforeEach(async () => {
    await sql`delete from "lease"`.execute(database.db);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  async function take(ttlMs: number, name = 'job'): Promise<Lease> {
    const lease = await acquireLease(database, name, ttlMs);
    if (lease === null) expect.unreachable('the lease is held');
    return lease;
  }

  test('has one holder among fifty that ask at once, round after round', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const asked = await Promise.all(Array.from({ length: 50 }, () => acquireLease(database, 'job', LONG)));
      const [holder, ...others] = asked.filter(lease => lease !== null);
      expect(others).toEqual([]);
      expect(holder).toMatchObject({ name: 'job', generation: round });
      expect(holder && (await releaseLease(database, holder))).toBe(true);
    }
  });

  const moveEnd = (byMs: number) => sql`update "lease" set "until" = "until" + ${byMs}`.execute(database.db);
  const left = async (): Promise<number> => {
    const now = databaseNow(database.engine);
    const { rows } = await sql<{ left: number }>`select "until" - ${now} as "left" from "lease"`.execute(
      database.db,
    );
    return rows[0]?.left ?? 0;
  };

  test('is held no longer than it can be, where the clock of the database went back an hour', async () => {
    const holder = await take(1_000);
    await moveEnd(3_600_000);
    // Its holder keeps its time.
    expect(await acquireLease(database, 'job', 1_000)).toBeNull();
    expect(await left()).toBeLessThanOrEqual(1_000);
    await vi.waitFor(async () => expect(await acquireLease(database, 'job', 1_000)).not.toBeNull(), 10_000);
    expect(await releaseLease(database, holder)).toBe(false);
  });

  test('is extended by its holder, even when it has run out, and by nobody once another has it', async () => {
    const holder = await take(OVER);
    const extended = await extendLease(database, holder, LONG);
    expect(extended && leaseLeftMs(extended, performance.now())).toBeGreaterThan(LONG - 60_000);
    expect(await acquireLease(database, 'job', LONG)).toBeNull();
    await moveEnd(-2 * LONG);
    expect(await acquireLease(database, 'job', LONG)).not.toBeNull();
    expect(await extendLease(database, holder, LONG)).toBeNull();
  });

  test('has one holder among those that ask when it has run out', async () => {
    await take(OVER);
    const asked = await Promise.all(Array.from({ length: 50 }, () => acquireLease(database, 'job', LONG)));
    expect(asked.filter(lease => lease !== null)).toHaveLength(1);
  });

  test('is held against others, not against other names', async () => {
    await take(LONG);
    expect(await acquireLease(database, 'job', LONG)).toBeNull();
    expect(await acquireLease(database, 'other job', LONG)).not.toBeNull();
  });

  // PGlite has no other clock than that of its process.
  test.skipIf(engine.name === 'pglite')("runs out by the database's clock, whatever ours says", async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * LONG });
    await take(LONG);
    vi.setSystemTime(Date.now() + 100 * LONG);
    expect(await acquireLease(database, 'job', LONG)).toBeNull();
    vi.setSystemTime(0);
    await take(OVER, 'short job');
    expect(await acquireLease(database, 'short job', LONG)).not.toBeNull();
  });

  test('its generation grows with each holder, and its owner is always another', async () => {
    const leases = [];
    for (let n = 0; n < 5; n += 1) leases.push(await take(OVER));
    expect(leases.map(({ generation }) => generation)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(leases.map(({ owner }) => owner)).size).toBe(5);
  });

  test('is released by its owner alone', async () => {
    const former = await take(OVER);
    const holder = await take(LONG);
    expect(await releaseLease(database, former)).toBe(false);
    expect(await releaseLease(database, { ...holder, owner: former.owner })).toBe(false);
    expect(await releaseLease(database, { ...holder, generation: former.generation })).toBe(false);
    expect(await acquireLease(database, 'job', LONG)).toBeNull();
    expect(await releaseLease(database, holder)).toBe(true);
    expect(await acquireLease(database, 'job', LONG)).not.toBeNull();
  });

  test('tells its holder how long it surely holds, counted from before it was asked for', async () => {
    let now = 1_000;
    const asked = acquireLease(database, 'job', LONG, () => now);
    now = 6_000;
    const lease = await asked;
    if (lease === null) expect.unreachable('the lease is held');
    expect([now, 1_000 + LONG, 1_000 + 2 * LONG].map(at => leaseLeftMs(lease, at))).toEqual([
      LONG - 5_000,
      0,
      -LONG,
    ]);
  });

  test('is released once', async () => {
    const lease = await take(LONG);
    expect([await releaseLease(database, lease), await releaseLease(database, lease)]).toEqual([true, false]);
  });

  test('is nobody’s once it is forgotten', async () => {
    const lease = await take(LONG);
    await forgetLease(database, 'job');
    expect(await releaseLease(database, lease)).toBe(false);
    expect(await acquireLease(database, 'job', LONG)).not.toBeNull();
  });
});
