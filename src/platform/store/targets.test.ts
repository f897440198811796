import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { GRANT, LATER, NOW, storeGround, TARGET } from '../../../test/platform/store-ground.ts';
import {
  findConnectionAt,
  findTargetUser,
  isWriteConflict,
  listAppKeys,
  listTargets,
  listTargetUsers,
  putAppKeys,
  putConnection,
  putTarget,
  putTargetUser,
} from './index.ts';

describeEngines('targets, their users and the keys of apps', engine => {
  const ground = storeGround(engine);

  const KEYS = { slug: 'zoom', secretExpiresAt: null, secretNoticeAt: null };

  test('a target is brought up to date, and its flag is a boolean', async () => {
    await putTarget(ground.database.db, { ...TARGET, withRefreshToken: false, header: 'x' }, LATER);
    expect(await listTargets(ground.database.db)).toEqual([
      { ...TARGET, withRefreshToken: false, header: 'x', updatedAt: LATER },
    ]);
  });

  test('app keys are replaced, and read one or all', async () => {
    await putAppKeys(ground.database.db, { ...KEYS, sealedKeys: 'a', at: NOW });
    await putAppKeys(ground.database.db, { ...KEYS, sealedKeys: 'b', at: LATER });
    const notRefused = { refusedAt: null, refusals: 0, probeAt: 0 };
    const rows = [{ slug: 'zoom', sealedKeys: 'b', updatedAt: LATER, ...notRefused }];
    expect(await listAppKeys(ground.database.db)).toEqual(rows);
    expect(await listAppKeys(ground.database.db, 'zoom')).toEqual(rows);
    expect(await listAppKeys(ground.database.db, 'other')).toEqual([]);
  });

  test('app keys that were made from older ones are not stored', async () => {
    const put = (sealedKeys: string, seen: string | null) =>
      putAppKeys(ground.database.db, { ...KEYS, sealedKeys, seen, at: NOW });
    expect([await put('a', null), await put('b', null), await put('c', 'a'), await put('d', 'a')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(await listAppKeys(ground.database.db)).toMatchObject([{ sealedKeys: 'c' }]);
  });

  test('an id of a target belongs to one user', async () => {
    const { db } = ground.database;
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 7 });
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 8 });
    expect(await listTargetUsers(db, 'u1')).toMatchObject([{ calcomUserId: 8 }]);
    expect(await findTargetUser(db, 'default', 7)).toBeNull();
    expect(await findTargetUser(db, 'default', 8)).toMatchObject({ externalUserId: 'u1' });
    const taken = putTargetUser(db, { targetId: 'default', externalUserId: 'u2', calcomUserId: 8 });
    await expect(taken).rejects.toSatisfy(isWriteConflict);
  });

  test('a target finds a connection by its own names', async () => {
    const { db } = ground.database;
    const at = { targetId: 'default', calcomUserId: 7, appSlug: 'zoom' };
    expect(await findConnectionAt(db, at)).toBeNull();
    await putTargetUser(db, { targetId: 'default', externalUserId: 'u1', calcomUserId: 7 });
    expect(await findConnectionAt(db, at)).toEqual({ externalUserId: 'u1', connectionId: null });
    await putConnection(db, GRANT, NOW);
    expect(await findConnectionAt(db, at)).toEqual({ externalUserId: 'u1', connectionId: 'c1' });
    await putConnection(db, { ...GRANT, id: 'c2', account: 'second' }, LATER);
    expect(await findConnectionAt(db, at)).toMatchObject({ connectionId: 'c2' });
  });
});
