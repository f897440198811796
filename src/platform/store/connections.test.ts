import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { GRANT, LATER, NOW, PLAN, storeGround } from '../../../test/platform/store-ground.ts';
import {
  clearRetries,
  deleteConnection,
  findConnection,
  findConnectionOf,
  insertEvent,
  isWriteConflict,
  listConnections,
  listEvents,
  markFailed,
  putConnection,
  replaceCredential,
} from './index.ts';

describeEngines('connections and their events', engine => {
  const ground = storeGround(engine);

  test('a grant of the same user and app keeps its row; one sealed for another id is not written', async () => {
    const { db } = ground.database;
    const { plan: _plan, seen: _seen, ...columns } = GRANT;
    expect(await putConnection(db, GRANT, NOW)).toMatchObject({ ...columns, version: 1, createdAt: NOW });
    const later = { ...GRANT, sealedCredential: 'sealed 2', expiresAt: null, seen: 1 };
    const again = await putConnection(db, later, LATER);
    expect(again).toMatchObject({ version: 2, expiresAt: null, createdAt: NOW, updatedAt: LATER });
    expect(await putConnection(db, { ...GRANT, id: 'c2', seen: 2 }, LATER)).toBeNull();
    // Somebody wrote it meanwhile: what was made of the row before is not put over it.
    expect(await putConnection(db, { ...GRANT, seen: 1 }, LATER)).toBeNull();
    expect(await putConnection(db, { ...GRANT, seen: null }, LATER)).toBeNull();
    expect(await findConnectionOf(db, GRANT)).toMatchObject({ id: 'c1', sealedCredential: 'sealed 2' });
    await expect(putConnection(db, { ...GRANT, appSlug: 'other' }, NOW)).rejects.toSatisfy(isWriteConflict);
  });

  test('a refreshed credential is written over the version it was made from alone', async () => {
    const { db } = ground.database;
    await putConnection(db, GRANT, NOW);
    const refreshed = { id: 'c1', version: 1, sealedCredential: 'sealed 2', expiresAt: null, plan: PLAN };
    expect(await replaceCredential(db, refreshed, LATER)).toMatchObject({ version: 2, refreshedAt: LATER });
    expect(await replaceCredential(db, { ...refreshed, sealedCredential: 'late' }, LATER)).toBeNull();
    expect(await findConnection(db, 'c1')).toMatchObject({ sealedCredential: 'sealed 2', expiresAt: null });
  });

  test('of many who write over one version, one does', async () => {
    const { db } = ground.database;
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
    const { db } = ground.database;
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
    const { db } = ground.database;
    await putConnection(db, GRANT, NOW);
    const failure = { id: 'c1', version: 1, reason: 'needs_reconnect', retryAt: NOW, plan: PLAN };
    expect(await markFailed(db, { ...failure, status: 'needs_reconnect' }, NOW)).toBe(true);
    expect(await markFailed(db, { ...failure, status: 'failing' }, NOW)).toBe(false);
    expect(await findConnection(db, 'c1')).toMatchObject({ status: 'needs_reconnect' });
  });

  test('a connection is wiped in the version that was read alone', async () => {
    const { db } = ground.database;
    await putConnection(db, GRANT, NOW);
    expect(await deleteConnection(db, { id: 'c1', version: 2 })).toBe(false);
    expect(await deleteConnection(db, { id: 'c1', version: 1 })).toBe(true);
    expect(await findConnection(db, 'c1')).toBeNull();
  });

  test('connections are listed by page and by filter', async () => {
    const { db } = ground.database;
    for (const id of ['c1', 'c2', 'c3']) await putConnection(db, { ...GRANT, id, account: id }, NOW);
    const ids = async (filter: object) =>
      (await listConnections(db, { limit: 2, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual(['c1', 'c2']);
    expect(await ids({ after: 'c2' })).toEqual(['c3']);
    expect(await ids({ externalUserId: 'u1', appSlug: 'zoom', status: 'connected' })).toEqual(['c1', 'c2']);
    expect(await ids({ externalUserId: 'u2' })).toEqual([]);
    expect(await ids({ status: 'failing' })).toEqual([]);
  });

  test('events are listed latest first', async () => {
    const { db } = ground.database;
    const event = { kind: 'connection.failing', actor: 'platform', connectionId: 'c1' } as const;
    await insertEvent(db, { ...event, detail: 'first' }, NOW);
    await insertEvent(db, { ...event, detail: 'second' }, LATER);
    await insertEvent(db, { ...event, connectionId: 'c2' }, LATER);
    const details = async () => (await listEvents(db, 'c1', 10)).map(({ detail }) => detail);
    expect(await details()).toEqual(['second', 'first']);
  });
});
