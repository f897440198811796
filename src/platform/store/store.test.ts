import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, LIB_MIGRATIONS, migrate, openDatabase } from '../../lib/db/index.ts';
import type { PlatformTables } from '../tables.ts';
import {
  bindSession,
  claimOutbox,
  clearRetries,
  consumeAttempt,
  deleteConnection,
  deleteOldEvents,
  deleteOldSessions,
  deletePushes,
  enqueue,
  findConnection,
  findConnectionAt,
  findConnectionOf,
  findSession,
  findTargetUser,
  finishOutbox,
  insertAttempt,
  insertEvent,
  insertSession,
  isWriteConflict,
  listAppKeys,
  listConnections,
  listDeliveries,
  listEvents,
  listSessionDone,
  listTargets,
  listTargetUsers,
  markFailed,
  putAppKeys,
  putConnection,
  putSessionDone,
  putTarget,
  putTargetUser,
  replaceCredential,
  type Wish,
} from './index.ts';

const NOW = Date.UTC(2026, 0, 15);
/** Beyond 32 bits, as every epoch time in milliseconds. */
const LATER = NOW + 3_600_000;

describeEngines('the store of the platform', engine => {
  let made: TestDatabase;
  let database: Database<PlatformTables>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase<PlatformTables>(made.location);
    const own = { scope: 'platform', folder: new URL('../migrations/', import.meta.url) };
    await migrate(database, [LIB_MIGRATIONS, own]);
  });
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });
  beforeEach(async () => {
    const { db } = database;
    await db.deleteFrom('outbox').execute();
    await db.deleteFrom('platform_event').execute();
    await db.deleteFrom('connection').execute();
    await db.deleteFrom('target').execute();
    await db.deleteFrom('platform_app').execute();
    await putTarget(db, TARGET, NOW);
  });

  const TARGET = {
    id: 'default',
    kind: 'keyferry',
    webappUrl: 'https://cal.example',
    header: null,
    sealedSecret: 's',
    sealedEncryptionKey: 'e',
    sealedApiKey: null,
    sealedCalendsoKey: null,
    withRefreshToken: true,
  } as const;
  const PLAN = {
    refreshDueAt: NOW,
    grantExpiresAt: null,
    idleEndsAt: null,
    ending: null,
    noticeAt: null,
  };
  const GRANT = {
    id: 'c1',
    externalUserId: 'u1',
    appSlug: 'zoom',
    account: '',
    sealedCredential: 'sealed 1',
    expiresAt: LATER,
    plan: PLAN,
  };
  const KEYS = { slug: 'zoom', secretExpiresAt: null, secretNoticeAt: null };
  const WISH: Wish = {
    topic: 'credential.push',
    targetId: 'default',
    connectionId: 'c1',
    calcomUserId: 7,
    appSlug: 'zoom',
    account: '',
  };
  const SESSION = {
    id: 's1',
    targetId: 'default',
    externalUserId: 'u1',
    calcomUserId: 7,
    apps: '["zoom"]',
    returnUrl: null,
    expiresAt: LATER,
  };
  const claimed = (by: string, limit = 10) => claimOutbox(database, { by, forMs: 60_000, at: NOW, limit });

  test('a target is brought up to date, and its flag is a boolean', async () => {
    await putTarget(database.db, { ...TARGET, withRefreshToken: false, header: 'x' }, LATER);
    expect(await listTargets(database.db)).toEqual([{ ...TARGET, withRefreshToken: false, header: 'x' }]);
  });

  test('app keys are replaced, and read one or all', async () => {
    await putAppKeys(database.db, { ...KEYS, sealedKeys: 'a', at: NOW });
    await putAppKeys(database.db, { ...KEYS, sealedKeys: 'b', at: LATER });
    const rows = [{ slug: 'zoom', sealedKeys: 'b', updatedAt: LATER, refusedAt: null }];
    expect(await listAppKeys(database.db)).toEqual(rows);
    expect(await listAppKeys(database.db, 'zoom')).toEqual(rows);
    expect(await listAppKeys(database.db, 'other')).toEqual([]);
  });

  test('app keys that were made from older ones are not stored', async () => {
    const put = (sealedKeys: string, seen: string | null) =>
      putAppKeys(database.db, { ...KEYS, sealedKeys, seen, at: NOW });
    expect([await put('a', null), await put('b', null), await put('c', 'a'), await put('d', 'a')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(await listAppKeys(database.db)).toMatchObject([{ sealedKeys: 'c' }]);
  });

  test('an id of a target belongs to one user', async () => {
    const { db } = database;
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 7 });
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 8 });
    expect(await listTargetUsers(db, 'u1')).toMatchObject([{ calcomUserId: 8 }]);
    expect(await findTargetUser(db, 'default', 7)).toBeNull();
    expect(await findTargetUser(db, 'default', 8)).toMatchObject({ externalUserId: 'u1' });
    const taken = putTargetUser(db, { targetId: 'default', externalUserId: 'u2', calcomUserId: 8 });
    await expect(taken).rejects.toSatisfy(isWriteConflict);
  });

  test('a grant of the same user and app keeps its row; one sealed for another id is not written', async () => {
    const { db } = database;
    const { plan: _plan, ...columns } = GRANT;
    expect(await putConnection(db, GRANT, NOW)).toMatchObject({ ...columns, version: 1, createdAt: NOW });
    const again = await putConnection(db, { ...GRANT, sealedCredential: 'sealed 2', expiresAt: null }, LATER);
    expect(again).toMatchObject({ version: 2, expiresAt: null, createdAt: NOW, updatedAt: LATER });
    expect(await putConnection(db, { ...GRANT, id: 'c2' }, LATER)).toBeNull();
    expect(await findConnectionOf(db, GRANT)).toMatchObject({ id: 'c1', sealedCredential: 'sealed 2' });
    await expect(putConnection(db, { ...GRANT, appSlug: 'other' }, NOW)).rejects.toSatisfy(isWriteConflict);
  });

  test('a refreshed credential is written over the version it was made from alone', async () => {
    const { db } = database;
    await putConnection(db, GRANT, NOW);
    const refreshed = { id: 'c1', version: 1, sealedCredential: 'sealed 2', expiresAt: null, plan: PLAN };
    expect(await replaceCredential(db, refreshed, LATER)).toMatchObject({ version: 2, refreshedAt: LATER });
    expect(await replaceCredential(db, { ...refreshed, sealedCredential: 'late' }, LATER)).toBeNull();
    expect(await findConnection(db, 'c1')).toMatchObject({ sealedCredential: 'sealed 2', expiresAt: null });
  });

  test('of many who write over one version, one does', async () => {
    const { db } = database;
    await putConnection(db, GRANT, NOW);
    const writes = Array.from({ length: 20 }, (_, index) =>
      replaceCredential(
        db,
        { id: 'c1', version: 1, sealedCredential: `by ${index}`, expiresAt: null, plan: PLAN },
        LATER,
      ),
    );
    const written = (await Promise.all(writes)).filter(row => row !== null);
    expect(written).toHaveLength(1);
    expect(await findConnection(db, 'c1')).toEqual(written[0]);
  });

  test('a failure is noted on the version that failed, and a success clears it', async () => {
    const { db } = database;
    await putConnection(db, GRANT, NOW);
    const failure = {
      id: 'c1',
      version: 1,
      status: 'failing',
      reason: 'provider_busy',
      retryAt: LATER,
      plan: PLAN,
    } as const;
    expect(await markFailed(db, { ...failure, version: 2 }, NOW)).toBe(false);
    expect(await markFailed(db, failure, NOW)).toBe(true);
    const noted = {
      status: 'failing',
      statusReason: 'provider_busy',
      failures: 1,
      retryAt: LATER,
      failedAt: NOW,
    };
    expect(await findConnection(db, 'c1')).toMatchObject({ ...noted, version: 1 });
    await clearRetries(db, 'zoom', LATER);
    expect(await findConnection(db, 'c1')).toMatchObject({ failures: 0, retryAt: 0, refreshDueAt: LATER });
    await replaceCredential(
      db,
      { id: 'c1', version: 1, sealedCredential: 'x', expiresAt: null, plan: PLAN },
      NOW,
    );
    const cleared = { status: 'connected', statusReason: null, failures: 0, retryAt: 0, failedAt: null };
    expect(await findConnection(db, 'c1')).toMatchObject(cleared);
  });

  test('a dead grant is not made merely failing', async () => {
    const { db } = database;
    await putConnection(db, GRANT, NOW);
    const failure = { id: 'c1', version: 1, reason: 'needs_reconnect', retryAt: NOW, plan: PLAN };
    expect(await markFailed(db, { ...failure, status: 'needs_reconnect' }, NOW)).toBe(true);
    expect(await markFailed(db, { ...failure, status: 'failing' }, NOW)).toBe(false);
    expect(await findConnection(db, 'c1')).toMatchObject({ status: 'needs_reconnect' });
  });

  test('a connection is wiped in the version that was read alone', async () => {
    const { db } = database;
    await putConnection(db, GRANT, NOW);
    expect(await deleteConnection(db, { id: 'c1', version: 2 })).toBe(false);
    expect(await deleteConnection(db, { id: 'c1', version: 1 })).toBe(true);
    expect(await findConnection(db, 'c1')).toBeNull();
  });

  test('a target finds a connection by its own names', async () => {
    const { db } = database;
    const at = { targetId: 'default', calcomUserId: 7, appSlug: 'zoom' };
    expect(await findConnectionAt(db, at)).toBeNull();
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 7 });
    expect(await findConnectionAt(db, at)).toEqual({ externalUserId: 'u1', connectionId: null });
    await putConnection(db, GRANT, NOW);
    expect(await findConnectionAt(db, at)).toEqual({ externalUserId: 'u1', connectionId: 'c1' });
    await putConnection(db, { ...GRANT, id: 'c2', account: 'second' }, LATER);
    expect(await findConnectionAt(db, at)).toMatchObject({ connectionId: 'c2' });
  });

  test('connections are listed by page and by filter', async () => {
    const { db } = database;
    for (const id of ['c1', 'c2', 'c3']) await putConnection(db, { ...GRANT, id, account: id }, NOW);
    const ids = async (filter: object) =>
      (await listConnections(db, { limit: 2, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual(['c1', 'c2']);
    expect(await ids({ after: 'c2' })).toEqual(['c3']);
    expect(await ids({ externalUserId: 'u1', appSlug: 'zoom', status: 'connected' })).toEqual(['c1', 'c2']);
    expect(await ids({ externalUserId: 'u2' })).toEqual([]);
    expect(await ids({ status: 'failing' })).toEqual([]);
  });

  test('a wish for the same place takes the place of the one before', async () => {
    const { db } = database;
    await enqueue(db, WISH, NOW);
    await enqueue(db, { ...WISH, topic: 'credential.delete' }, LATER);
    await enqueue(db, { ...WISH, calcomUserId: 8 }, NOW);
    const wishes = await listDeliveries(db, { limit: 10 });
    expect(wishes).toMatchObject([
      { topic: 'credential.delete', calcomUserId: 7, generation: 2, dueAt: LATER, state: 'waiting' },
      { topic: 'credential.push', calcomUserId: 8, generation: 1, dueAt: NOW },
    ]);
    await deletePushes(db, 'c1');
    expect(await listDeliveries(db, { limit: 10 })).toMatchObject([{ topic: 'credential.delete' }]);
  });

  test('names that hold the separator do not share a place', async () => {
    const { db } = database;
    await enqueue(db, { ...WISH, appSlug: 'a/b', account: 'c' }, NOW);
    await enqueue(db, { ...WISH, appSlug: 'a', account: 'b/c' }, NOW);
    expect(await listDeliveries(db, { limit: 10 })).toHaveLength(2);
  });

  test('a claim takes what is due, oldest first, and nobody takes it again', async () => {
    const { db } = database;
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
      await enqueue(database.db, { ...WISH, calcomUserId: user }, NOW);
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
    const { db } = database;
    await enqueue(db, WISH, NOW);
    const [wish] = await claimed('one');
    const { id = 0, generation = 0 } = wish ?? {};
    const done = { id, generation, state: 'done', dueAt: NOW, status: 200, error: null } as const;
    expect(await finishOutbox(db, { ...done, claimedBy: 'another' }, NOW)).toBe(false);
    await enqueue(db, WISH, NOW);
    expect(await claimed('two')).toEqual([]);
    expect(await finishOutbox(db, { ...done, claimedBy: 'one' }, NOW)).toBe(false);
    const [renewed] = await claimed('three');
    expect(renewed).toMatchObject({ generation: 2, attempts: 1, state: 'waiting', lastStatus: null });
    const finish = { ...done, generation: 2, claimedBy: 'three' };
    expect(await finishOutbox(db, finish, LATER)).toBe(true);
    expect(await finishOutbox(db, finish, LATER)).toBe(false);
    expect(await listDeliveries(db, { state: 'done', limit: 1 })).toMatchObject([
      { claimedBy: null, lastStatus: 200, updatedAt: LATER },
    ]);
  });

  test('what waits is due at its time, with what went wrong', async () => {
    const { db } = database;
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
    } as const;
    await finishOutbox(db, later, NOW);
    expect(await claimed('two')).toEqual([]);
    expect(await claimOutbox(database, { by: 'two', forMs: 1, at: LATER, limit: 1 })).toMatchObject([
      { attempts: 2, lastStatus: 500, lastError: 'x' },
    ]);
  });

  test('a session belongs to the first of many browsers that open it', async () => {
    const { db } = database;
    await insertSession(db, { ...SESSION, tokenHash: 't1' }, NOW);
    const browsers = Array.from({ length: 10 }, (_, index) => `browser ${index}`);
    const opened = await Promise.all(
      browsers.map(browserHash => bindSession(db, { tokenHash: 't1', browserHash }, NOW)),
    );
    expect(opened.filter(session => session !== null)).toEqual([SESSION]);
    const [winner = ''] = browsers.filter((_, index) => opened[index] !== null);
    expect(await bindSession(db, { tokenHash: 't1', browserHash: winner }, NOW)).toEqual(SESSION);
    expect(await findSession(db, { id: 's1', browserHash: winner }, NOW)).toEqual(SESSION);
    expect(await findSession(db, { id: 's1', browserHash: 'another' }, NOW)).toBeNull();
    expect(await bindSession(db, { tokenHash: 't1', browserHash: winner }, LATER)).toBeNull();
    expect(await findSession(db, { id: 's1', browserHash: winner }, LATER)).toBeNull();
    await putSessionDone(db, 's1', 'zoom');
    await putSessionDone(db, 's1', 'zoom');
    expect(await listSessionDone(db, 's1')).toEqual(['zoom']);
    expect(await deleteOldSessions(db, LATER)).toBe(0);
    expect(await deleteOldSessions(db, LATER + 1)).toBe(1);
    expect(await listSessionDone(db, 's1')).toEqual([]);
  });

  test('an attempt is consumed once, by its browser', async () => {
    const { db } = database;
    await insertSession(db, { ...SESSION, tokenHash: 't1' }, NOW);
    await bindSession(db, { tokenHash: 't1', browserHash: 'b' }, NOW);
    const attempt = { sessionId: 's1', appSlug: 'zoom', sealedVerifier: 'v', expiresAt: LATER };
    await insertAttempt(db, { ...attempt, stateHash: 'h' });
    expect(await consumeAttempt(db, { stateHash: 'h', browserHash: 'another' })).toBeNull();
    expect(await consumeAttempt(db, { stateHash: 'x', browserHash: 'b' })).toBeNull();
    const taken = await Promise.all(
      Array.from({ length: 5 }, () => consumeAttempt(db, { stateHash: 'h', browserHash: 'b' })),
    );
    expect(taken.filter(one => one !== null)).toEqual([attempt]);
  });

  test('events are listed latest first, and the oldest go', async () => {
    const { db } = database;
    const event = { kind: 'connection.failing', actor: 'platform', connectionId: 'c1' } as const;
    await insertEvent(db, { ...event, detail: 'first' }, NOW);
    await insertEvent(db, { ...event, detail: 'second' }, LATER);
    await insertEvent(db, { ...event, connectionId: 'c2' }, LATER);
    const details = async () => (await listEvents(db, 'c1', 10)).map(({ detail }) => detail);
    expect(await details()).toEqual(['second', 'first']);
    expect(await deleteOldEvents(db, LATER)).toBe(1);
    expect(await details()).toEqual(['second']);
  });
});
