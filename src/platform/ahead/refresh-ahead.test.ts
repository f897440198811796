import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import {
  CALCOM_USER,
  CLIENT,
  connectionsOf,
  type PlatformOptions,
  pushed,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { LEAD_MS } from './refresh-ahead.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Cal.com refreshes the one through us; what it makes of our answer for the other is of no use. */
const [REFRESHED, BROKEN] = ['zoom', 'dub'];

async function setUp(options: PlatformOptions = {}) {
  const provider = await scriptedServer(() => ({
    body: { access_token: `access-${provider.received.length}`, refresh_token: 'r', expires_in: 3600 },
  }));
  const receiver = await scriptedServer();
  const providers = {
    [REFRESHED]: { tokenEndpoint: provider.url },
    [BROKEN]: { tokenEndpoint: provider.url },
  };
  const made = await startPlatform({ targetKind: 'calcom', webappUrl: receiver.url, providers, ...options });
  const keys = { ...CLIENT, redirect_uris: 'https://cal.example/callback' };
  await made.api('PUT', `/api/keyferry/v1/apps/${BROKEN}`, { keys });
  const credential = (leftMs: number) => ({
    access_token: 'access-0',
    refresh_token: 'r',
    expiry_date: made.clock.now() + leftMs,
  });
  return { ...made, provider, receiver, credential };
}

for (const engine of engines) {
  test.skipIf(!engine.available)(
    `a token is replaced at a Cal.com before it ends, once, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, receiver, provider, credential } = await setUp({ location });
      await connect(BROKEN, credential(HOUR));
      await platform.runOutbox();
      expect(await platform.runAhead()).toBe(0);
      clock.advance(HOUR - LEAD_MS);
      expect(await platform.runAhead()).toBe(1);
      expect(await platform.runAhead()).toBe(0);
      await platform.runOutbox();
      expect(receiver.received.map(({ body }) => pushed(body))).toMatchObject([
        { userId: CALCOM_USER, appSlug: BROKEN, keys: { access_token: 'access-0' } },
        { userId: CALCOM_USER, appSlug: BROKEN, keys: { access_token: 'access-1' } },
      ]);
      expect(provider.received).toHaveLength(1);
    },
  );
}

describe('nothing is refreshed ahead', () => {
  test('for a Keyferry, which asks', async () => {
    const { platform, connect, credential } = await setUp({ targetKind: 'keyferry' });
    await connect(BROKEN, credential(MINUTE));
    expect(await platform.runAhead()).toBe(0);
  });

  test('of an app that Cal.com refreshes through us', async () => {
    const { platform, connect, credential } = await setUp();
    await connect(REFRESHED, credential(MINUTE));
    expect(await platform.runAhead()).toBe(0);
  });

  test('without an end', async () => {
    const { platform, connect } = await setUp();
    await connect(BROKEN, { access_token: 'access-0', refresh_token: 'r' });
    expect(await platform.runAhead()).toBe(0);
  });

  test('in the first half of a short life', async () => {
    const { platform, connect, credential, clock } = await setUp();
    await connect(BROKEN, credential(5 * MINUTE));
    expect(await platform.runAhead()).toBe(0);
    clock.advance(2.5 * MINUTE);
    expect(await platform.runAhead()).toBe(1);
  });

  test('without a refresh token; when the token has ended the user must connect again', async () => {
    const { platform, connect, clock, provider, api } = await setUp();
    await connect(BROKEN, { access_token: 'access-0', expiry_date: clock.now() + MINUTE });
    clock.advance(MINUTE / 2);
    await platform.runAhead();
    expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected' }]);
    clock.advance(MINUTE);
    await platform.runAhead();
    expect(await connectionsOf({ api })).toMatchObject([{ status: 'needs_reconnect' }]);
    expect(await platform.runAhead()).toBe(0);
    expect(provider.received).toEqual([]);
  });
});

test('all that is due is refreshed, however many', async () => {
  const { platform, api, clock, credential, provider } = await setUp();
  for (let user = 1; user <= 40; user += 1) {
    const members = { externalUserId: `user-${user}`, calcomUserId: user, appSlug: BROKEN };
    await api('POST', '/api/keyferry/v1/connections', { ...members, credential: credential(2 * MINUTE) });
  }
  clock.advance(MINUTE);
  expect(await platform.runAhead()).toBe(40);
  expect(provider.received).toHaveLength(40);
});

test('a provider that is down is left alone for a time, and asked again', async () => {
  const { platform, connect, clock, credential, provider, receiver } = await setUp();
  await connect(BROKEN, credential(20 * MINUTE));
  await platform.runOutbox();
  clock.advance(15 * MINUTE);
  const issue = provider.answer;
  provider.answer = () => ({ status: 500 });
  expect(await platform.runAhead()).toBe(1);
  expect(await platform.runAhead()).toBe(0);
  provider.answer = issue;
  clock.advance(2 * MINUTE);
  expect(await platform.runAhead()).toBe(1);
  await platform.runOutbox();
  expect(pushed(receiver.received.at(-1)?.body ?? '').keys).toMatchObject({ access_token: 'access-2' });
});

test('a platform that was started looks by itself, until it is closed', async () => {
  const asked = Promise.withResolvers<void>();
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      if (signal === undefined || signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const { platform, connect, credential, clock, provider } = await setUp({ sleep });
  await connect(BROKEN, credential(2 * MINUTE));
  clock.advance(MINUTE);
  const issue = provider.answer;
  provider.answer = request => {
    asked.resolve();
    return issue(request);
  };
  platform.start();
  await asked.promise;
  await platform.close();
  expect(provider.received).toHaveLength(1);
});
