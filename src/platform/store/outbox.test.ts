import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { analyze, plansOf, scansIn } from '../../../test/plans.ts';
import { LATER, NOW, storeGround, WISH } from '../../../test/platform/store-ground.ts';
import { claimOutboxStatement } from './claim-outbox.ts';
import {
  claimOutbox,
  deletePushes,
  enqueue,
  finishOutbox,
  listDeliveries,
  listOutboxHeads,
  renewNotDeliverable,
} from './index.ts';

describeEngines('the outbox', engine => {
  const ground = storeGround(engine);

  const claimed = (by: string, limit = 10) =>
    claimOutbox(ground.database, { targetId: 'default', by, forMs: 60_000, at: NOW, limit });

  test('a wish for the same place takes the place of the one before', async () => {
    const { db } = ground.database;
    await enqueue(db, WISH, NOW);
    await enqueue(db, { ...WISH, topic: 'credential.delete' }, LATER);
    await enqueue(db, { ...WISH, calcomUserId: 8 }, NOW);
    const wishes = (await listDeliveries(ground.database, { limit: 10 })).deliveries;
    expect(wishes).toMatchObject([
      { topic: 'credential.delete', calcomUserId: 7, generation: 2, dueAt: LATER, state: 'waiting' },
      { topic: 'credential.push', calcomUserId: 8, generation: 1, dueAt: NOW },
    ]);
    await deletePushes(db, 'c1');
    expect((await listDeliveries(ground.database, { limit: 10 })).deliveries).toMatchObject([
      { topic: 'credential.delete' },
    ]);
  });

  test('names that hold the separator do not share a place', async () => {
    const { db } = ground.database;
    await enqueue(db, { ...WISH, appSlug: 'a/b', account: 'c' }, NOW);
    await enqueue(db, { ...WISH, appSlug: 'a', account: 'b/c' }, NOW);
    expect((await listDeliveries(ground.database, { limit: 10 })).deliveries).toHaveLength(2);
  });

  test('a claim takes what is due, oldest first, and nobody takes it again', async () => {
    const { db } = ground.database;
    for (let user = 1; user <= 5; user += 1) await enqueue(db, { ...WISH, calcomUserId: user }, NOW - user);
    await enqueue(db, { ...WISH, calcomUserId: 6 }, LATER);
    const first = await claimed('one', 2);
    expect(new Set(first.map(wish => wish.calcomUserId))).toEqual(new Set([4, 5]));
    expect(first[0]).toMatchObject({ claimedBy: 'one', attempts: 1 });
    const second = await claimed('two');
    expect(new Set(second.map(wish => wish.calcomUserId))).toEqual(new Set([1, 2, 3]));
    expect(await claimed('three')).toEqual([]);
  });

  test('of many who claim at once, each wish goes to one', async () => {
    for (let user = 1; user <= 30; user += 1)
      await enqueue(ground.database.db, { ...WISH, calcomUserId: user }, NOW);
    const claims = await Promise.all(Array.from({ length: 10 }, (_, index) => claimed(`worker ${index}`, 5)));
    const users = claims.flat().map(({ calcomUserId }) => calcomUserId);
    expect(new Set(users).size).toBe(users.length);
    // A claim passes over rows that another holds at that moment: what is left is taken next.
    let more = await claimed('last', 50);
    for (; more.length > 0; more = await claimed('last', 50))
      users.push(...more.map(wish => wish.calcomUserId));
    expect(users).toHaveLength(30);
  });

  test('an outcome is written by the claimer, once, and not over a renewed wish', async () => {
    const { db } = ground.database;
    await enqueue(db, WISH, NOW);
    const [wish] = await claimed('one');
    const { id = 0, generation = 0 } = wish ?? {};
    const done = {
      id,
      generation,
      state: 'done',
      dueAt: NOW,
      status: 200,
      error: null,
      isFault: false,
    } as const;
    expect(await finishOutbox(db, { ...done, claimedBy: 'another' }, NOW)).toBe(false);
    await enqueue(db, WISH, NOW);
    expect(await claimed('two')).toEqual([]);
    expect(await finishOutbox(db, { ...done, claimedBy: 'one' }, NOW)).toBe(false);
    const [renewed] = await claimed('three');
    expect(renewed).toMatchObject({ generation: 2, attempts: 1, state: 'waiting', lastStatus: null });
    const finish = { ...done, generation: 2, claimedBy: 'three' };
    expect(await finishOutbox(db, finish, LATER)).toBe(true);
    expect(await finishOutbox(db, finish, LATER)).toBe(false);
    expect((await listDeliveries(ground.database, { state: 'done', limit: 1 })).deliveries).toMatchObject([
      { claimedBy: null, lastStatus: 200, updatedAt: LATER },
    ]);
  });

  test('what was not deliverable is due as if it were new', async () => {
    const { db } = ground.database;
    await enqueue(db, WISH, NOW);
    const [wish] = await claimed('one');
    const { id = 0, generation = 0 } = wish ?? {};
    const stopped = {
      id,
      generation,
      claimedBy: 'one',
      state: 'stopped',
      dueAt: NOW,
      status: 409,
      isFault: false,
    } as const;
    await finishOutbox(db, { ...stopped, error: 'not_deliverable: no key' }, NOW);
    await renewNotDeliverable(db, 'default', LATER);
    expect((await listDeliveries(ground.database, { limit: 1 })).deliveries).toMatchObject([
      { state: 'waiting', generation: 2, attempts: 0, dueAt: LATER, lastStatus: null, lastError: null },
    ]);
  });

  test('a claim takes what is for its target alone, and each target has a head', async () => {
    const { db } = ground.database;
    await enqueue(db, WISH, NOW - 1);
    await enqueue(db, { ...WISH, targetId: 'other', calcomUserId: 8 }, NOW - 2);
    await enqueue(db, { ...WISH, targetId: 'other', calcomUserId: 9 }, LATER);
    expect(await listOutboxHeads(db)).toEqual([
      { targetId: 'default', dueAt: NOW - 1 },
      { targetId: 'other', dueAt: NOW - 2 },
    ]);
    expect(await claimed('one')).toMatchObject([{ targetId: 'default' }]);
    await db.updateTable('outbox').set({ state: 'done' }).where('targetId', '=', 'other').execute();
    expect(await listOutboxHeads(db)).toEqual([{ targetId: 'default', dueAt: NOW - 1 }]);
    await db.deleteFrom('outbox').execute();
    expect(await listOutboxHeads(db)).toEqual([]);
  });

  test('of many thousands that wait, claims and heads are found in the index', async () => {
    const { db } = ground.database;
    const many = engine.name === 'sqlite' ? 50_000 : 20_000;
    const series =
      engine.name === 'sqlite'
        ? sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many})`
        : sql`with n(i) as (select generate_series(1, ${sql.lit(many)}))`;
    await sql`${sql.raw('insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state", "dueAt", "createdAt", "updatedAt")')}
      ${series} select 'credential.push', cast(i as text), 'default', 'c', i, 'zoom', 'waiting', ${NOW}, ${NOW}, ${NOW} from n`.execute(
      db,
    );
    await analyze(ground.database);
    const claim = { targetId: 'default', by: 'one', forMs: 60_000, at: NOW, limit: 16 };
    const plans = await plansOf(ground.database, async store => {
      await claimOutboxStatement(engine.name === 'sqlite' ? 'sqlite' : 'postgres', claim).execute(store.db);
      await listOutboxHeads(store.db);
    });
    for (const plan of plans) {
      expect(plan).toContain('outbox_lane_idx');
      expect(plan).not.toMatch(/Sort|TEMP B-TREE/);
      expect(scansIn(plan).filter(table => table === 'outbox')).toEqual([]);
    }
  });

  test('a wish that a refresh renews keeps its place behind the faults of its receiver; one that is asked for does not', async () => {
    const { db } = ground.database;
    const [DUE, failed] = [NOW + 60_000, { status: 503, error: 'busy', isFault: true }];
    const fail = async (outcome: { status: number | null; error: string; isFault: boolean }) => {
      const [wish] = await claimed('one');
      const { id = 0, generation = 0 } = wish ?? {};
      await finishOutbox(
        db,
        { id, generation, claimedBy: 'one', state: 'waiting', dueAt: DUE, ...outcome },
        NOW,
      );
    };
    const only = async () => (await listDeliveries(ground.database, { limit: 2 })).deliveries[0];
    await enqueue(db, WISH, NOW);
    await fail(failed);
    await enqueue(db, WISH, NOW + 1, 'renewed');
    const kept = { generation: 2, attempts: 1, dueAt: DUE, lastStatus: 503, lastError: 'busy' };
    expect(await only()).toMatchObject({ ...kept, updatedAt: NOW + 1 });
    await enqueue(db, WISH, NOW, 'asked');
    const fresh = { state: 'waiting', attempts: 0, dueAt: NOW, lastStatus: null, lastError: null };
    expect(await only()).toMatchObject(fresh);
    await fail(failed);
    await enqueue(db, { ...WISH, topic: 'credential.delete' }, NOW, 'renewed');
    expect(await only()).toMatchObject({ ...fresh, topic: 'credential.delete' });
    // What kept it was the provider, and the refresh has brought what it waited for.
    await fail({ status: null, error: 'provider_busy', isFault: false });
    await enqueue(db, { ...WISH, topic: 'credential.delete' }, NOW, 'renewed');
    expect(await only()).toMatchObject(fresh);
  });

  test('what waits is due at its time, with what went wrong', async () => {
    const { db } = ground.database;
    await enqueue(db, WISH, NOW);
    const [wish] = await claimed('one');
    const { id = 0, generation = 0 } = wish ?? {};
    const later = {
      id,
      generation,
      claimedBy: 'one',
      state: 'waiting',
      dueAt: LATER,
      status: 500,
      error: 'x',
      isFault: true,
    } as const;
    await finishOutbox(db, later, NOW);
    expect(await claimed('two')).toEqual([]);
    expect(
      await claimOutbox(ground.database, { targetId: 'default', by: 'two', forMs: 1, at: LATER, limit: 1 }),
    ).toMatchObject([{ attempts: 2, lastStatus: 500, lastError: 'x' }]);
  });
});
