import { describe, expect, test } from 'vitest';
import { deliveries, setUp, TOKEN } from '../../../test/platform/outbox-ground.ts';
import { API_KEY, CALCOM_USER, type PlatformOptions } from '../../../test/platform/platform.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';

describe('a disconnect', () => {
  async function connected(options: PlatformOptions = {}) {
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
    const { api, id, platform, receiver, all } = await connected({ targetKind: 'calcom' });
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
