import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ENGINES, setUp as setUpWithHost } from '../../../test/platform/host-ground.ts';
import { deliveries, setUp, TOKEN } from '../../../test/platform/outbox-ground.ts';
import {
  API_KEY,
  CLIENT,
  EXTERNAL_USER,
  pushed,
  SECRET,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { type ScriptedServer, scriptedServer } from '../../../test/platform/server.ts';
import { CLAIM_MS, WIDTH } from './receiver-lane.ts';

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

describe.each(ENGINES.filter(({ available }) => available))('a lane a receiver, on $name', engine => {
  /** More pushes than an instance takes at once, and one event. */
  async function crowded(answer: ScriptedServer['answer']) {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const made = await setUpWithHost({ location, clock: { now: Date.now, advance: () => {} } });
    made.receiver.answer = answer;
    for (let user = 1; user <= 3 * WIDTH; user += 1) {
      const members = { externalUserId: `user-${user}`, calcomUserId: user, appSlug: 'zoom' };
      await made.api('POST', '/api/keyferry/v1/connections', { ...members, credential: TOKEN });
    }
    return made;
  }
  const patient = { timeout: 8_000, interval: 20 };

  test('an instance that hangs holds up nothing that the host is told, nor what comes later for it', async () => {
    const release = Promise.withResolvers<void>();
    onTestFinished(() => release.resolve());
    const { platform, receiver, host, event } = await crowded(async () => {
      await release.promise;
      return {};
    });
    platform.start();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(WIDTH), patient);
    // Each of these comes before the first push is given up.
    for (let count = 1; count <= 3; count += 1) {
      await event('connection.needs_reconnect', `c${count}`);
      await vi.waitFor(() => expect(host.received).toHaveLength(count), patient);
    }
    expect(receiver.received).toHaveLength(WIDTH);
    release.resolve();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3 * WIDTH), patient);
  });

  test('a host that hangs holds up no delivery, however much it has to be told', async () => {
    const release = Promise.withResolvers<void>();
    onTestFinished(() => release.resolve());
    const { platform, receiver, host, event } = await crowded(() => ({}));
    host.answer = async () => {
      await release.promise;
      return {};
    };
    for (let count = 1; count <= 2 * WIDTH; count += 1) await event('connection.recovered', `c${count}`);
    platform.start();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3 * WIDTH), patient);
    expect(host.received).toHaveLength(WIDTH);
    release.resolve();
    await vi.waitFor(() => expect(host.received).toHaveLength(2 * WIDTH), patient);
  });

  test('one that fails is asked by fewer and fewer, and what it did not take waits its own time', async () => {
    const { platform, receiver, all } = await crowded(() => ({ status: 503 }));
    await platform.runOutbox();
    expect(receiver.received.length).toBeLessThan(2 * WIDTH);
    const waiting = await deliveries(all, '?state=waiting&limit=200');
    expect(waiting).toHaveLength(3 * WIDTH);
    expect(Math.max(...waiting.map(({ attempts }) => Number(attempts)))).toBe(1);
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
