import { describe, expect, test, vi } from 'vitest';
import { deliveries, setUp, TOKEN } from '../../../test/platform/outbox-ground.ts';
import { CALCOM_USER, pushed, SECRET } from '../../../test/platform/platform.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';

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

  test('of a token that has ended waits no longer than 2 s for its refresh, and goes when that has come', async () => {
    const release = Promise.withResolvers<void>();
    const provider = await scriptedServer(async () => {
      await release.promise;
      return { body: { access_token: 'access-1', expires_in: 3600 } };
    });
    const providers = { zoom: { tokenEndpoint: provider.url } };
    const { platform, receiver, connect, clock, all } = await setUp({ providers });
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() - 1_000 });
    expect(await platform.runOutbox()).toBe(1);
    expect(receiver.received).toEqual([]);
    expect(await deliveries(all)).toMatchObject([{ state: 'waiting', lastError: 'busy' }]);
    release.resolve();
    await vi.waitFor(async () => expect(await platform.runOutbox()).toBe(1), { timeout: 10_000 });
    expect(receiver.received.map(({ body }) => pushed(body).keys.access_token)).toEqual(['access-1']);
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
