import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { browser } from '../../../test/platform/browser.ts';
import { setOut } from '../../../test/platform/connect-page.ts';
import { startGoogle } from '../../../test/platform/google.ts';
import {
  CALCOM_USER,
  CLIENT,
  EXTERNAL_USER,
  PLATFORM_URL,
  type PlatformOptions,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { type Received, type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { createEffects } from '../../lib/effects.ts';
import { createLog } from '../../lib/log.ts';
import { prune, TOLD_KEPT_MS } from '../prune.ts';
import { platformSignIn } from '../sign-in.ts';
import type { NewEvent } from '../store/index.ts';
import { insertEvent } from '../store/index.ts';
import { hostPayload } from './payload.ts';

const HOUR = 3_600_000;
/** PGlite is slow to start, and the store is tested on it. */
const ENGINES = engines.filter(({ name }) => name !== 'pglite');
const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const SECRET = secret();
const TOKEN = { access_token: 'access-of-the-user-0', refresh_token: 'refresh-of-the-user-0' };

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

/** What a host reads, after its library has checked the signature. */
function verified({ body, headers }: Received, by = SECRET): Told {
  return new Webhook(by).verify(body, headers as Record<string, string>) as Told;
}

async function setUp(options: PlatformOptions = {}) {
  const host = await scriptedServer(() => ({ status: 204, body: '' }));
  const receiver = await scriptedServer();
  const provider = await scriptedServer(() => ({
    body: { access_token: 'access-1', refresh_token: 'r', expires_in: 3600 },
  }));
  const hostWebhook = { url: `${host.url}/keyferry`, secrets: [SECRET] };
  const providers = { zoom: { tokenEndpoint: provider.url } };
  const all = await startPlatform({ hostWebhook, webappUrl: receiver.url, providers, ...options });
  const event = (kind: NewEvent['kind'], connectionId: string, more: Partial<NewEvent> = {}) =>
    insertEvent(
      all.platform.database.db,
      { kind, actor: 'platform', connectionId, appSlug: 'zoom', ...more },
      all.clock.now(),
    );
  return { ...all, all, host, receiver, provider, event };
}

async function deliveries({ api }: TestPlatform, query = ''): Promise<Record<string, unknown>[]> {
  const response = await api('GET', `/api/keyferry/v1/deliveries?topic=host.event${query}`);
  return ((await response.json()) as { deliveries: Record<string, unknown>[] }).deliveries;
}

for (const engine of ENGINES) {
  test.skipIf(!engine.available)(
    `the host hears of a grant that dies, signed, without a secret, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, host, provider } = await setUp({ location });
      const id = await connect('zoom', { ...TOKEN, expiry_date: clock.now() + HOUR });
      await platform.runOutbox();
      clock.advance(HOUR);
      provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
      await platform.runAhead();
      await platform.runOutbox();
      expect(host.received).toHaveLength(1);
      const [told] = host.received;
      expect(told).toMatchObject({
        method: 'POST',
        url: '/keyferry',
        headers: { 'content-type': 'application/json' },
      });
      expect(told?.headers['webhook-id']).toMatch(/^evt_[\da-f-]{36}$/);
      expect(Number(told?.headers['webhook-timestamp'])).toBe(Math.floor(clock.now() / 1000));
      expect(JSON.parse(told?.body ?? '')).toEqual({
        type: 'connection.needs_reconnect',
        timestamp: new Date(clock.now()).toISOString(),
        data: {
          connectionId: id,
          externalUserId: EXTERNAL_USER,
          appSlug: 'zoom',
          reason: expect.stringMatching(/^needs_reconnect|invalid_grant/),
        },
      });
    },
  );
}

test('what is signed verifies with the library, and not with another secret or body', async () => {
  const { platform, host, connect, event } = await setUp();
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const [told] = host.received;
  if (told === undefined) throw new Error('nothing came');
  expect(verified(told)).toMatchObject({ type: 'connection.recovered' });
  expect(() => verified(told, secret())).toThrow();
  expect(() => verified({ ...told, body: told.body.replace('recovered', 'connected') })).toThrow();
});

test('while a secret is changed, what is signed verifies with the old one and with the new one', async () => {
  const next = secret();
  const host = await scriptedServer();
  const { platform, connect, event } = await setUp({
    hostWebhook: { url: host.url, secrets: [SECRET, next] },
  });
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const [told] = host.received;
  if (told === undefined) throw new Error('nothing came');
  for (const one of [SECRET, next]) expect(verified(told, one).type).toBe('connection.recovered');
});

describe('of what it hears', () => {
  test('that a user has connected an app, and connected it again: the same connection', async () => {
    const google = await startGoogle();
    const { platform, api, host } = await setUp({ providers: google.providers });
    for (let time = 1; time <= 2; time += 1) {
      const user = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };
      const session = await api('POST', '/api/keyferry/v1/connect-sessions', {
        ...user,
        apps: ['google-calendar'],
      });
      const { url } = (await session.json()) as { url: string };
      const ada = browser({ [PLATFORM_URL]: platform.fetch });
      await ada.get(await google.consent(ada, await setOut(ada, url)));
      await platform.runOutbox();
    }
    const told = host.received.map(request => verified(request));
    const type = 'connection.connected';
    const data = { externalUserId: EXTERNAL_USER, appSlug: 'google-calendar' };
    expect(told).toMatchObject([
      { type, data },
      { type, data },
    ]);
    expect(told[0]?.data.connectionId).toBe(told[1]?.data.connectionId);
  });

  test('a connection by its user, and one that recovered, but not each refresh', async () => {
    const { platform, connect, clock, host, provider } = await setUp();
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() + HOUR });
    const issue = provider.answer;
    clock.advance(HOUR);
    provider.answer = () => ({ status: 500 });
    await platform.runAhead();
    clock.advance(60_000);
    provider.answer = issue;
    await platform.runAhead();
    clock.advance(HOUR);
    await platform.runAhead();
    await platform.runOutbox();
    const types = host.received.map(({ body }) => JSON.parse(body).type);
    expect(types).toEqual(['connection.recovered']);
    expect(provider.received).toHaveLength(3);
  });

  test.each([
    ['connection.connected', 'connection.connected'],
    ['connection.reconnected', 'connection.connected'],
    ['connection.imported', null],
    ['connection.refreshed', null],
    ['connection.failing', null],
    ['connection.disconnected', null],
    ['app.client_refused', 'app.client_refused'],
  ] satisfies [NewEvent['kind'], string | null][])('%s is told as %s', async (kind, type) => {
    const { platform, host, event } = await setUp();
    await event(kind, 'c1', { externalUserId: 'u1' });
    await platform.runOutbox();
    expect(host.received.map(({ body }) => JSON.parse(body).type)).toEqual(type === null ? [] : [type]);
  });

  test('a delivery to its instance that was stopped, with whose it is', async () => {
    const { platform, connect, receiver, host, all } = await setUp();
    const connectionId = await connect('zoom', TOKEN);
    receiver.answer = () => ({ status: 404, body: { message: 'User not found' } });
    await platform.runOutbox();
    expect(host.received.map(request => verified(request))).toMatchObject([
      {
        type: 'delivery.stopped',
        data: { connectionId, externalUserId: EXTERNAL_USER, appSlug: 'zoom', reason: 'User not found' },
      },
    ]);
    expect(await deliveries(all)).toMatchObject([
      { topic: 'host.event', event: 'delivery.stopped', targetId: 'host', calcomUserId: null, state: 'done' },
    ]);
  });

  test('an end, with its time', () => {
    const event = { connectionId: 'c1', externalUserId: 'u1', appSlug: 'zoom', detail: 'provider_stated' };
    const endsAt = Date.UTC(2026, 0, 22);
    expect(JSON.parse(hostPayload('connection.ending', { ...event, endsAt }, 0))).toEqual({
      type: 'connection.ending',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: {
        connectionId: 'c1',
        externalUserId: 'u1',
        appSlug: 'zoom',
        reason: 'provider_stated',
        endsAt: '2026-01-22T00:00:00.000Z',
      },
    });
  });
});

test('an event that is not committed is not told', async () => {
  const { platform, host, connect } = await setUp();
  const connectionId = await connect('zoom', TOKEN);
  const { db } = platform.database;
  const failed = db.transaction().execute(async trx => {
    const event = { kind: 'connection.recovered', actor: 'platform', connectionId, appSlug: 'zoom' } as const;
    await insertEvent(trx, event, 0);
    throw new Error('not committed');
  });
  await expect(failed).rejects.toThrow('not committed');
  await platform.runOutbox();
  expect(host.received).toEqual([]);
});

test('without a webhook nothing is put aside; what was before is shown as stopped, and goes when there is one', async () => {
  const { platform, config, clock, connect, event, host } = await setUp();
  await event('connection.recovered', await connect('zoom', TOKEN));
  const { hostWebhook = null, ...rest } = config;
  const without = await startPlatform({ location: rest.database, clock, webappUrl: host.url });
  await insertEvent(
    platform.database.db,
    { kind: 'connection.recovered', actor: 'platform', connectionId: 'c2', appSlug: 'zoom' },
    0,
  );
  await without.platform.runOutbox();
  const stopped = { state: 'stopped', lastError: expect.stringContaining('KEYFERRY_HOST_WEBHOOK_URL') };
  expect(await deliveries(without)).toMatchObject([stopped]);
  const again = await startPlatform({ location: rest.database, clock, webappUrl: host.url, hostWebhook });
  const path = '/api/keyferry/v1/deliveries/retry';
  expect(await (await again.api('POST', path, { targetId: 'host' })).json()).toEqual({ deliveries: 1 });
  await again.platform.runOutbox();
  expect(host.received.filter(({ url }) => url === '/keyferry')).toHaveLength(1);
});

describe('a host', () => {
  test.each([
    ['500', { status: 500 }],
    ['429', { status: 429 }],
    ['408', { status: 408 }],
    ['a cut connection', { drop: true }],
  ] satisfies [string, Scripted][])('that answers %s hears again, under the same id', async (_, fault) => {
    const { platform, host, connect, event, clock, all } = await setUp();
    await event('connection.recovered', await connect('zoom', TOKEN));
    const fine = host.answer;
    host.answer = () => fault;
    await platform.runOutbox();
    expect(await deliveries(all)).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    host.answer = fine;
    clock.advance(2_000);
    await platform.runOutbox();
    expect(await deliveries(all)).toMatchObject([{ state: 'done', attempts: 2 }]);
    const [first, second] = host.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    for (const one of host.received) expect(verified(one).type).toBe('connection.recovered');
  });

  test('that refuses is not told again, nor of that, until somebody says so', async () => {
    const { platform, host, connect, event, clock, all, api } = await setUp();
    await event('connection.recovered', await connect('zoom', TOKEN));
    host.answer = () => ({ status: 410, body: { message: `gone ${SECRET}` } });
    await platform.runOutbox();
    clock.advance(24 * HOUR);
    expect(await platform.runOutbox()).toBe(0);
    expect(host.received).toHaveLength(1);
    const [stopped] = await deliveries(all, '&state=stopped');
    expect(stopped).toMatchObject({ lastStatus: 410, lastError: 'gone [secret]', attempts: 1 });
    host.answer = () => ({});
    const path = `/api/keyferry/v1/deliveries/${stopped?.id}/retry`;
    const retried = await api('POST', path);
    expect([retried.status, await retried.json()]).toMatchObject([202, { state: 'waiting', attempts: 0 }]);
    await platform.runOutbox();
    expect(host.received).toHaveLength(2);
    expect((await api('POST', path)).status).toBe(404);
    expect((await api('POST', '/api/keyferry/v1/deliveries/999999/retry')).status).toBe(404);
  });
});

describe.each(ENGINES.filter(({ available }) => available))('on $name', engine => {
  async function setUpOn() {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    return setUp({ location });
  }

  test('a host hears of one connection in order, and of others meanwhile', async () => {
    const { platform, host, connect, event, clock } = await setUpOn();
    const one = await connect('zoom', TOKEN);
    await event('connection.needs_reconnect', one);
    await event('connection.connected', one);
    await event('connection.recovered', 'another', { externalUserId: 'u2' });
    const fine = host.answer;
    host.answer = ({ body }) => (body.includes(one) ? { status: 503 } : {});
    await platform.runOutbox();
    clock.advance(1);
    await platform.runOutbox();
    const told = () => host.received.map(({ body }) => JSON.parse(body).type);
    expect(new Set(told())).toEqual(new Set(['connection.needs_reconnect', 'connection.recovered']));
    expect(host.received).toHaveLength(2);
    host.answer = fine;
    clock.advance(2_000);
    await platform.runOutbox();
    expect(told().slice(2)).toEqual(['connection.needs_reconnect', 'connection.connected']);
  });

  test('all stopped deliveries go again, of one target or of all', async () => {
    const { platform, connect, receiver, host, event, api } = await setUpOn();
    const id = await connect('zoom', TOKEN);
    await connect('google-calendar', TOKEN);
    await event('connection.recovered', id);
    receiver.answer = () => ({ status: 400 });
    host.answer = () => ({ status: 400 });
    await platform.runOutbox();
    const retry = async (body: object) =>
      (await (await api('POST', '/api/keyferry/v1/deliveries/retry', body)).json()) as { deliveries: number };
    // The two pushes; that each stopped is an event more.
    expect(await retry({ targetId: 'default' })).toEqual({ deliveries: 2 });
    expect(await retry({})).toEqual({ deliveries: 3 });
    expect(await retry({})).toEqual({ deliveries: 0 });
    receiver.answer = () => ({});
    host.answer = () => ({});
    expect(await platform.runOutbox()).toBe(5);
  });
});

test('what was told is forgotten after a week, what was refused after three months', async () => {
  const { platform, config, host, connect, event, clock, all } = await setUp();
  const id = await connect('zoom', TOKEN);
  await event('connection.recovered', id);
  await platform.runOutbox();
  host.answer = () => ({ status: 400 });
  await event('connection.recovered', id);
  await platform.runOutbox();
  const { database } = platform;
  const effects = createEffects({ now: clock.now, log: createLog('silent') });
  const pruned = () => prune({ database, effects, signIn: platformSignIn(config, database, effects) });
  clock.advance(TOLD_KEPT_MS.done);
  await pruned();
  expect(await deliveries(all)).toHaveLength(2);
  clock.advance(1);
  await pruned();
  expect(await deliveries(all)).toMatchObject([{ state: 'stopped' }]);
  clock.advance(TOLD_KEPT_MS.stopped);
  await pruned();
  expect(await deliveries(all)).toEqual([]);
  const { db } = platform.database;
  expect(await db.selectFrom('outbox').select('topic').execute()).toEqual([{ topic: 'credential.push' }]);
});

test('neither the log nor the database holds a secret of the webhook in the clear', async () => {
  const { platform, connect, event, logged, host } = await setUp();
  host.answer = () => ({ status: 400, body: { message: SECRET } });
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const { db } = platform.database;
  const rows = [
    await db.selectFrom('host_webhook').selectAll().execute(),
    await db.selectFrom('outbox').selectAll().execute(),
  ];
  for (const one of [SECRET, SECRET.slice(6), CLIENT.client_secret, ...Object.values(TOKEN)]) {
    expect(logged.join('')).not.toContain(one);
    expect(JSON.stringify(rows)).not.toContain(one);
  }
});
