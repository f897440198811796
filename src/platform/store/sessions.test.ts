import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { LATER, NOW, storeGround } from '../../../test/platform/store-ground.ts';
import {
  bindSession,
  consumeAttempt,
  deleteOldSessions,
  findSession,
  insertAttempt,
  insertSession,
  listSessionDone,
  putSessionDone,
} from './index.ts';

describeEngines('connect sessions', engine => {
  const ground = storeGround(engine);

  const SESSION = {
    id: 's1',
    targetId: 'default',
    externalUserId: 'u1',
    calcomUserId: 7,
    apps: '["zoom"]',
    returnUrl: null,
    expiresAt: LATER,
  };

  test('a session belongs to the first of many browsers that open it', async () => {
    const { db } = ground.database;
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
    const { db } = ground.database;
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

  test('of the walks of a session the newest are kept, and no other session is touched', async () => {
    const { db } = ground.database;
    for (const [id, tokenHash] of [
      ['s1', 't1'],
      ['s2', 't2'],
    ] as const) {
      await insertSession(db, { ...SESSION, id, tokenHash }, NOW);
      await bindSession(db, { tokenHash, browserHash: 'b' }, NOW);
    }
    const walk = { appSlug: 'zoom', sealedVerifier: 'v' };
    await insertAttempt(db, { ...walk, sessionId: 's2', stateHash: 'other', expiresAt: NOW });
    for (let at = 0; at < 30; at += 1) {
      await insertAttempt(db, { ...walk, sessionId: 's1', stateHash: `h${at}`, expiresAt: NOW + at });
    }
    const left = await db.selectFrom('oauth_attempt').select('stateHash').orderBy('expiresAt').execute();
    const newest = Array.from({ length: 20 }, (_, index) => `h${index + 10}`);
    expect(left.map(({ stateHash }) => stateHash)).toEqual(['other', ...newest]);
  });
});
