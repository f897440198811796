import { beforeEach, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { NOW, storeGround } from '../../../test/platform/store-ground.ts';
import { NOTHING_PLANNED } from '../lifetime/index.ts';
import {
  beginAppRefusal,
  deleteConnection,
  deleteOldAttempts,
  deleteRefreshAttempt,
  deleteRefreshAttempts,
  deleteSuperseded,
  endAppRefusal,
  extendAppRefusal,
  findAppRefusal,
  insertRefreshAttempt,
  keepAnswer,
  listRefreshAttempts,
  putAppKeys,
  putConnection,
} from './index.ts';

const HOUR_MS = 3_600_000;

describeEngines('the journal of refreshes', engine => {
  const ground = storeGround(engine);

  beforeEach(async () => {
    const { db } = ground.database;
    for (const id of ['c1', 'c2']) {
      const grant = { id, externalUserId: id, appSlug: 'zoom', account: '', sealedCredential: 'sealed' };
      await putConnection(db, { ...grant, expiresAt: null, plan: NOTHING_PLANNED, seen: null }, NOW);
    }
  });

  /** Attempts of c1 named by version and fence, and one of c2. */
  async function begun(...names: string[]): Promise<void> {
    const { db } = ground.database;
    for (const [index, id] of names.entries()) {
      const [version = '', fence = ''] = id.split('.');
      const attempt = { id, connectionId: 'c1', version: Number(version), fence: Number(fence) };
      await insertRefreshAttempt(db, { ...attempt, sealedSent: `sent ${id}` }, NOW + index);
    }
    const other = { id: 'other', connectionId: 'c2', version: 1, fence: 1, sealedSent: 's' };
    await insertRefreshAttempt(db, other, NOW);
  }
  const ids = async (connectionId = 'c1') =>
    (await listRefreshAttempts(ground.database.db, connectionId)).map(({ id }) => id);

  test('lists the attempts of a connection, the newest first, with what is known', async () => {
    await begun('1.1', '1.3', '2.2', '1.2');
    expect(await ids()).toEqual(['2.2', '1.3', '1.2', '1.1']);
    await keepAnswer(ground.database.db, { id: '1.2', sealedAnswer: 'the answer' });
    expect(await listRefreshAttempts(ground.database.db, 'c1')).toContainEqual({
      id: '1.2',
      connectionId: 'c1',
      fence: 2,
      version: 1,
      beganAt: NOW + 3,
      sealedSent: 'sent 1.2',
      sealedAnswer: 'the answer',
      fault: null,
      sentBy: null,
    });
  });

  test('takes no answer for what is superseded', async () => {
    await begun('1.1');
    await deleteRefreshAttempt(ground.database.db, '1.1');
    await keepAnswer(ground.database.db, { id: '1.1', sealedAnswer: 'late' });
    expect(await ids()).toEqual([]);
    expect(await listRefreshAttempts(ground.database.db, 'c2')).toMatchObject([
      { id: 'other', sealedAnswer: null },
    ]);
  });

  test('a commit ends its attempt and those begun before its version, and no others', async () => {
    await begun('1.1', '2.2', '2.3', '3.4');
    await deleteSuperseded(ground.database.db, { id: '2.3', connectionId: 'c1', version: 2 });
    expect(await ids()).toEqual(['3.4', '2.2']);
    expect(await ids('c2')).toEqual(['other']);
  });

  test('goes with a grant anew, with the connection, and with time', async () => {
    await begun('1.1', '1.2', '1.3');
    expect(await deleteOldAttempts(ground.database.db, NOW + 2)).toBe(3);
    expect([await ids(), await ids('c2')]).toEqual([['1.3'], []]);
    await deleteRefreshAttempts(ground.database.db, 'c1');
    expect(await ids()).toEqual([]);
    await begun('1.1');
    await deleteConnection(ground.database.db, { id: 'c2', version: 1 });
    expect([await ids(), await ids('c2')]).toEqual([['1.1'], []]);
  });

  test('the refusal of a client begins once, goes on when it was to be tried, and ends once', async () => {
    const { db } = ground.database;
    const keys = { slug: 'zoom', secretExpiresAt: null, secretNoticeAt: null };
    await putAppKeys(db, { ...keys, sealedKeys: 'k', at: NOW });
    const refusal = { slug: 'zoom', updatedAt: NOW, probeAt: NOW + 1_000 };
    expect(await findAppRefusal(db, 'zoom')).toBeNull();
    expect(await beginAppRefusal(db, { ...refusal, updatedAt: NOW - 1 }, NOW)).toBe(false);
    expect(await beginAppRefusal(db, refusal, NOW)).toBe(true);
    expect(await beginAppRefusal(db, refusal, NOW)).toBe(false);
    // Before its time another has only found out the same.
    await extendAppRefusal(db, { ...refusal, probeAt: NOW + 9_000 }, NOW + 999);
    expect(await findAppRefusal(db, 'zoom')).toEqual({ refusals: 1, probeAt: NOW + 1_000 });
    await extendAppRefusal(db, { ...refusal, probeAt: NOW + 3_000 }, NOW + 1_000);
    expect(await findAppRefusal(db, 'zoom')).toEqual({ refusals: 2, probeAt: NOW + 3_000 });

    await putAppKeys(db, { ...keys, sealedKeys: 'new', at: NOW + HOUR_MS });
    expect(await findAppRefusal(db, 'zoom')).toEqual({ refusals: 0, probeAt: 0 });
    // What was sent with the old keys says nothing of the new ones.
    await extendAppRefusal(db, { ...refusal, probeAt: NOW + 2 * HOUR_MS }, NOW + HOUR_MS);
    expect(await findAppRefusal(db, 'zoom')).toEqual({ refusals: 0, probeAt: 0 });
    expect(await endAppRefusal(db, 'zoom')).toBe(true);
    expect(await endAppRefusal(db, 'zoom')).toBe(false);
  });
});
