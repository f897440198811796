import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  API_KEY,
  CALCOM_USER,
  CLIENT,
  EXTERNAL_USER,
  pushed,
  SECRET,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { CLAIM_MS } from './worker.ts';

const TOKEN = { access_token: 'access-0', refresh_token: 'refresh-0' };

async function setUp(options: Parameters<typeof startPlatform>[0] = {}) {
  const receiver = await scriptedServer(() => ({ body: { message: 'Credentials created for userId: 7' } }));
  const all = await startPlatform({ webappUrl: receiver.url, ...options });
  return { ...all, receiver, all };
}

async function deliveries({ api }: TestPlatform, query = ''): Promise<Record<string, unknown>[]> {
  const response = await api('GET', `/api/keyferry/v1/deliveries${query}`);
  return ((await response.json()) as { deliveries: Record<string, unknown>[] }).deliveries;
}

describe('a push', () => {
  test('goes to the webhook of the target, encrypted, with the secret under both names', async () => {
    const { platform, receiver, connect, all } = await setUp();
    await connect('zoom', TOKEN);
    expect(await deliveries(all)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    expect(await platform.runOutbox()).toBe(1);
    const [request] = receiver.received;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/api/webhook/app-credential',
      headers: { 'calcom-webhook-secret': SECRET, 'calcom-credential-sync-secret': SECRET },
    });
    expect(pushed(request?.body ?? '')).toEqual({
      userId: CALCOM_USER,
      appSlug: 'zoom',
      keys: { access_token: 'access-0', token_type: 'Bearer' },
    });
    expect(await deliveries(all, '?state=done')).toMatchObject([
      { lastStatus: 200, lastError: null, attempts: 1 },
    ]);
    expect(await platform.runOutbox()).toBe(0);
  });

  test('goes under the configured header alone, and with the refresh token where it is to', async () => {
    const { platform, receiver, connect } = await setUp({ header: 'X-Sync', withRefreshToken: true });
    await connect('zoom', TOKEN);
    await platform.runOutbox();
    const { headers, body = '' } = receiver.received[0] ?? {};
    expect(headers?.['x-sync']).toBe(SECRET);
    expect(headers).not.toHaveProperty('calcom-webhook-secret');
    expect(pushed(body).keys).toMatchObject({ refresh_token: 'refresh-0' });
  });

  test.each([
    ['500', { status: 500 }],
    ['429', { status: 429 }],
    ['a cut connection', { drop: true }],
  ] satisfies [string, Scripted][])('comes again after %s, and then goes', async (_, fault) => {
    const { platform, receiver, connect, clock, all } = await setUp();
    await connect('zoom', TOKEN);
    const fine = receiver.answer;
    receiver.answer = () => fault;
    expect(await platform.runOutbox()).toBe(1);
    expect(await platform.runOutbox()).toBe(0);
    expect(await deliveries(all)).toMatchObject([
      { state: 'waiting', attempts: 1, lastError: expect.any(String) },
    ]);
    receiver.answer = fine;
    clock.advance(2_000);
    expect(await platform.runOutbox()).toBe(1);
    expect(await deliveries(all)).toMatchObject([{ state: 'done', attempts: 2, lastError: null }]);
  });

  test('waits as long as the target asks', async () => {
    const { platform, receiver, connect, clock } = await setUp();
    await connect('zoom', TOKEN);
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    await platform.runOutbox();
    clock.advance(3_599_000);
    expect(await platform.runOutbox()).toBe(0);
    clock.advance(1_000);
    expect(await platform.runOutbox()).toBe(1);
  });

  test('stops at a refusal, is shown, and goes again when it is told to', async () => {
    const { platform, receiver, connect, clock, all, api } = await setUp();
    const id = await connect('zoom', TOKEN);
    receiver.answer = () => ({ status: 404, body: { message: `User not found (${SECRET}, access-0)` } });
    await platform.runOutbox();
    clock.advance(86_400_000);
    expect(await platform.runOutbox()).toBe(0);
    const shown = { state: 'stopped', lastStatus: 404, lastError: 'User not found ([secret], [secret])' };
    expect(await deliveries(all, '?state=stopped')).toMatchObject([shown]);
    const connection = await (await api('GET', `/api/keyferry/v1/connections/${id}`)).json();
    expect(connection).toMatchObject({ deliveries: [shown], events: [{ kind: 'delivery.stopped' }, {}] });

    receiver.answer = () => ({});
    const again = await api('POST', `/api/keyferry/v1/connections/${id}/deliver`);
    expect([again.status, await again.json()]).toEqual([202, { deliveries: 1 }]);
    expect(await platform.runOutbox()).toBe(1);
    expect(await deliveries(all)).toMatchObject([{ state: 'done' }]);
  });

  test('follows no redirect', async () => {
    const { platform, receiver, connect, all } = await setUp();
    await connect('zoom', TOKEN);
    receiver.answer = () => ({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    await platform.runOutbox();
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries(all)).toMatchObject([
      { state: 'stopped', lastError: expect.stringContaining('307') },
    ]);
  });

  test('carries what the vault holds when it is sent, and one wish that was renewed goes once', async () => {
    const { platform, receiver, connect } = await setUp();
    await connect('zoom', { access_token: 'one' });
    await connect('zoom', { access_token: 'two' });
    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received.map(({ body }) => pushed(body).keys.access_token)).toEqual(['two']);
  });

  test('that is renewed while it is sent goes again', async () => {
    const { platform, receiver, connect } = await setUp();
    await connect('zoom', { access_token: 'one' });
    receiver.answer = async () => {
      receiver.answer = () => ({});
      await connect('zoom', { access_token: 'two' });
      return {};
    };
    expect(await platform.runOutbox()).toBe(2);
    expect(receiver.received.map(({ body }) => pushed(body).keys.access_token)).toEqual(['one', 'two']);
  });

  test('of a token that has ended refreshes it first', async () => {
    const provider = await scriptedServer(() => ({ body: { access_token: 'access-1', expires_in: 3600 } }));
    const providers = { zoom: { tokenEndpoint: provider.url } };
    const { platform, receiver, connect, clock, all } = await setUp({ providers });
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() + 30_000 });
    await platform.runOutbox();
    expect(receiver.received.map(({ body }) => pushed(body).keys.access_token)).toEqual(['access-1']);
    expect(await deliveries(all)).toMatchObject([{ state: 'done' }]);
  });

  test('of a dead grant stops, and nothing is sent', async () => {
    const provider = await scriptedServer(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    const providers = { zoom: { tokenEndpoint: provider.url } };
    const { platform, receiver, connect, clock, all } = await setUp({ providers });
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() - 1_000 });
    await platform.runOutbox();
    expect(receiver.received).toEqual([]);
    expect(await deliveries(all)).toMatchObject([{ state: 'stopped', lastError: 'needs_reconnect' }]);
  });
});

describe('a disconnect', () => {
  async function connected(options: Parameters<typeof startPlatform>[0] = {}) {
    const provider = await scriptedServer();
    const providers = {
      zoom: { tokenEndpoint: `${provider.url}/token`, revocationEndpoint: `${provider.url}/revoke` },
    };
    const made = await setUp({ providers, ...options });
    const id = await made.connect('zoom', TOKEN);
    await made.platform.runOutbox();
    made.receiver.received.length = 0;
    return { ...made, provider, id };
  }

  test('revokes at the provider, deletes at the target, wipes the row', async () => {
    const { api, id, provider, platform, receiver, sync, all } = await connected();
    const response = await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    expect(await response.json()).toEqual({ id, revoked: true, reason: null, deliveries: 1 });
    const [revocation] = provider.received;
    expect(revocation?.url).toBe('/revoke');
    // Zoom's record names the access token.
    expect(new URLSearchParams(revocation?.body).get('token')).toBe('access-0');
    expect((await sync('zoom')).status).toBe(404);
    expect(await platform.database.db.selectFrom('connection').selectAll().execute()).toEqual([]);

    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received).toMatchObject([
      {
        method: 'DELETE',
        url: `/api/keyferry/v1/credentials?userId=${CALCOM_USER}&appSlug=zoom`,
        headers: { authorization: `Bearer ${API_KEY}` },
      },
    ]);
    expect(await deliveries(all)).toMatchObject([{ topic: 'credential.delete', state: 'done' }]);
    expect((await api('DELETE', `/api/keyferry/v1/connections/${id}`)).status).toBe(404);
  });

  test.each([
    ['refuses', { status: 400, body: { error: 'unsupported_token_type' } }, 'answered 400'],
    ['is down', { status: 500 }, 'answered 500'],
  ] satisfies [string, Scripted, string][])('goes on when the provider %s', async (_, fault, reason) => {
    const { api, id, provider, platform, receiver } = await connected();
    provider.answer = () => fault;
    const answer = await (await api('DELETE', `/api/keyferry/v1/connections/${id}`)).json();
    expect(answer).toMatchObject({ revoked: false, reason, deliveries: 1 });
    await platform.runOutbox();
    expect(receiver.received).toMatchObject([{ method: 'DELETE' }]);
  });

  test('takes the place of a push that has not gone, and a reconnect takes its place', async () => {
    const { api, id, platform, receiver, connect } = await connected();
    await api('POST', `/api/keyferry/v1/connections/${id}/deliver`);
    await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received.map(({ method }) => method)).toEqual(['DELETE']);

    const again = await connect('zoom', { access_token: 'again' });
    await api('DELETE', `/api/keyferry/v1/connections/${again}`);
    await connect('zoom', { access_token: 'and again' });
    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received.map(({ method }) => method)).toEqual(['DELETE', 'POST']);
  });

  test('a delete under way ends before the push of a reconnect begins', async () => {
    const { api, id, platform, receiver, connect } = await connected();
    await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    const order: string[] = [];
    receiver.answer = async ({ method }) => {
      order.push(`${method} begins`);
      if (method === 'DELETE') await connect('zoom', { access_token: 'again' });
      order.push(`${method} ends`);
      return {};
    };
    await Promise.all([platform.runOutbox(), platform.runOutbox()]);
    await platform.runOutbox();
    expect(order).toEqual(['DELETE begins', 'DELETE ends', 'POST begins', 'POST ends']);
  });

  test('a target without an API to delete by stops it: nothing was deleted', async () => {
    const { api, id, platform, receiver, all } = await connected();
    receiver.answer = () => ({ status: 404 });
    await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    await platform.runOutbox();
    expect(await deliveries(all)).toMatchObject([
      { state: 'stopped', lastStatus: 404, lastError: expect.stringContaining('KEYFERRY_TARGET=calcom') },
    ]);
  });

  test('without an API key for the target stops and says so', async () => {
    const { api, id, platform, receiver, all } = await connected();
    await platform.database.db.updateTable('target').set({ sealedApiKey: null }).execute();
    await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    await platform.runOutbox();
    expect(receiver.received).toEqual([]);
    expect(await deliveries(all)).toMatchObject([{ state: 'stopped', lastError: 'unauthenticated' }]);
  });

  test('at a Cal.com, which has no delete, is noted', async () => {
    const { api, id, platform, receiver, all } = await connected();
    await platform.database.db.updateTable('target').set({ kind: 'calcom' }).execute();
    await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    await platform.runOutbox();
    expect(receiver.received).toEqual([]);
    expect(await deliveries(all)).toMatchObject([
      { state: 'done', lastError: expect.stringContaining('no delete') },
    ]);
  });

  test('revokes what a refresh stored meanwhile', async () => {
    const { api, id, provider, connect } = await connected();
    provider.answer = async () => {
      provider.answer = () => ({});
      await connect('zoom', { access_token: 'refreshed meanwhile' });
      return {};
    };
    expect((await api('DELETE', `/api/keyferry/v1/connections/${id}`)).status).toBe(200);
    const revoked = provider.received.map(({ body }) => new URLSearchParams(body).get('token'));
    expect(revoked).toEqual(['access-0', 'refreshed meanwhile']);
  });
});

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
