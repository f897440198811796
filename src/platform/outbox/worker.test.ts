import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { deliveries, setUp, TOKEN } from '../../../test/platform/outbox-ground.ts';
import {
  API_KEY,
  CLIENT,
  EXTERNAL_USER,
  pushed,
  SECRET,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { CLAIM_MS } from './worker.ts';

describe('a user who has another id at the target', () => {
  test('moves: deleted at the old one, pushed to the new one', async () => {
    const { api, platform, receiver, connect } = await setUp();
    await connect('zoom', TOKEN);
    await platform.runOutbox();
    receiver.received.length = 0;
    const members = { externalUserId: EXTERNAL_USER, calcomUserId: 8, appSlug: 'google-calendar' };
    const credential = { access_token: 'other' };
    await api('POST', '/api/keyferry/v1/connections', { ...members, credential });
    await platform.runOutbox();
    const deleted = receiver.received.filter(({ method }) => method === 'DELETE').map(({ url }) => url);
    expect(deleted).toEqual(['/api/keyferry/v1/credentials?userId=7&appSlug=zoom']);
    const users = receiver.received.filter(({ method }) => method === 'POST').map(({ body }) => pushed(body));
    const places = users.map(({ userId, appSlug }) => `${userId} ${appSlug}`);
    expect(new Set(places)).toEqual(new Set(['8 google-calendar', '8 zoom']));
  });
});

describe('the loop', () => {
  test('sends at once what comes up, and ends what is under way when it is closed', async () => {
    const receiver = await scriptedServer();
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    receiver.answer = async () => {
      entered.resolve();
      await release.promise;
      return {};
    };
    // Only a wake-up ends this sleep.
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>(resolve => {
        if (signal === undefined || signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    const { platform, connect, config } = await startPlatform({ webappUrl: receiver.url, sleep });
    platform.start();
    platform.start();
    await connect('zoom', TOKEN);
    await entered.promise;
    const closing = platform.close();
    let closed = false;
    void closing.then(() => {
      closed = true;
    });
    await wait(20);
    expect(closed).toBe(false);
    release.resolve();
    await closing;
    const next = await startPlatform({ location: config.database, webappUrl: receiver.url });
    expect(await deliveries(next)).toMatchObject([{ state: 'done', attempts: 1 }]);
    expect(receiver.received).toHaveLength(1);
  });

  test('does not send what another worker has claimed, until that claim has run out', async () => {
    const { platform, connect, receiver } = await setUp();
    await connect('zoom', TOKEN);
    const { db } = platform.database;
    const until = Date.now() + CLAIM_MS;
    await db.updateTable('outbox').set({ claimedBy: 'a worker that died', claimedUntil: until }).execute();
    expect(await platform.runOutbox()).toBe(0);
    await db
      .updateTable('outbox')
      .set({ claimedUntil: Date.now() - 1 })
      .execute();
    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received).toHaveLength(1);
  });

  test('two workers of one database send each wish once', async () => {
    const { platform, config, receiver, api, clock } = await setUp();
    const other = await startPlatform({ location: config.database, webappUrl: receiver.url, clock });
    for (let user = 1; user <= 40; user += 1) {
      const members = { externalUserId: `user-${user}`, calcomUserId: user, appSlug: 'zoom' };
      await api('POST', '/api/keyferry/v1/connections', { ...members, credential: TOKEN });
    }
    const [one, two] = await Promise.all([platform.runOutbox(), other.platform.runOutbox()]);
    expect(one + two).toBe(40);
    const users = receiver.received.map(({ body }) => pushed(body).userId);
    expect(new Set(users).size).toBe(40);
    expect(users).toHaveLength(40);
  });
});

test('nothing that was logged holds a secret', async () => {
  const { platform, receiver, connect, logged } = await setUp();
  await connect('zoom', TOKEN);
  receiver.answer = ({ body, headers }) => ({
    status: 400,
    body: { message: `${body} ${headers['calcom-webhook-secret']}` },
  });
  await platform.runOutbox();
  expect(logged.join('')).toContain('delivery stopped');
  for (const secret of [SECRET, CLIENT.client_secret, API_KEY, ...Object.values(TOKEN)]) {
    expect(logged.join('')).not.toContain(secret);
  }
});
