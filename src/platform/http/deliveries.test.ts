import { describe, expect, test } from 'vitest';
import {
  API_KEY,
  CALCOM_USER,
  EXTERNAL_USER,
  type PlatformOptions,
  pushed,
  SECRET,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { aesKey } from '../../protocol/index.ts';
import { kindsOf } from '../outbox/kinds-of.ts';
import type { Shape } from './deliveries.ts';

const DELIVERIES = '/api/keyferry/v1/deliveries';
const HOUR_MS = 3_600_000;
const HOST_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const TOKEN = { access_token: 'access-hush', refresh_token: 'refresh-hush', api_domain: 'hush.example' };

interface Page {
  readonly deliveries: readonly { readonly id: number; readonly topic: string }[];
  readonly next: string | null;
}

async function setUp(options: PlatformOptions = {}) {
  const receiver = await scriptedServer(() => ({}));
  const provider = await scriptedServer(() => ({ body: { access_token: 'new', expires_in: 3600 } }));
  const all = await startPlatform({
    webappUrl: receiver.url,
    providers: { zoom: { tokenEndpoint: provider.url, revocationEndpoint: null } },
    ...options,
  });
  const list = async (query = '') => (await (await all.api('GET', `${DELIVERIES}${query}`)).json()) as Page;
  async function shape(topic: string): Promise<{ status: number; text: string; json: Shape }> {
    const { deliveries } = await list(`?topic=${topic}`);
    const answer = await all.api('GET', `${DELIVERIES}/${deliveries[0]?.id}/shape`);
    const text = await answer.text();
    return { status: answer.status, text, json: JSON.parse(text) };
  }
  return { ...all, receiver, provider, list, shape };
}

test('deliveries come page by page, latest change first, each once', async () => {
  const { api, clock, list } = await setUp();
  for (let user = 1; user <= 5; user += 1) {
    const body = { externalUserId: `u${user}`, calcomUserId: user, appSlug: 'zoom', credential: TOKEN };
    await api('POST', '/api/keyferry/v1/connections', body);
    // Two of one moment are told apart by their ids.
    if (user % 2 === 0) clock.advance(1);
  }
  const seen: number[] = [];
  let query = '?limit=2';
  for (let pages = 1; ; pages += 1) {
    const { deliveries, next } = await list(query);
    seen.push(...deliveries.map(({ id }) => id));
    if (next === null) {
      expect([pages, deliveries.length]).toEqual([3, 1]);
      break;
    }
    query = `?limit=2&after=${next}`;
  }
  expect(seen).toEqual((await list()).deliveries.map(({ id }) => id));
  expect(seen).toHaveLength(5);
  expect((await list('?limit=5')).next).toBeNull();
  expect((await list('?state=stopped')).deliveries).toEqual([]);
  expect((await api('GET', `${DELIVERIES}?after=mine`)).status).toBe(400);
});

describe('the shape of a push', () => {
  test.each(['keyferry', 'calcom'] as const)('to a %s is what is sent, without values', async targetKind => {
    const { platform, connect, clock, receiver, shape } = await setUp({ targetKind, withRefreshToken: true });
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() + 5 * HOUR_MS });
    const before = await shape('credential.push');
    expect(before).toMatchObject({
      status: 200,
      json: { method: 'POST', url: `${receiver.url}/api/webhook/app-credential` },
    });
    await platform.runOutbox();
    expect(before.json.shape).toEqual(kindsOf(pushed(receiver.received[0]?.body ?? '')));
    expect(before.json.shape).toMatchObject({ userId: 'number', keys: { access_token: 'string' } });
    expect((await shape('credential.push')).json).toEqual(before.json);
    for (const secret of ['hush', SECRET, API_KEY]) expect(before.text).not.toContain(secret);
  });

  test('of a token that has ended is made without a refresh', async () => {
    const { connect, clock, provider, shape } = await setUp();
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() + HOUR_MS });
    clock.advance(2 * HOUR_MS);
    expect(await shape('credential.push')).toMatchObject({
      status: 200,
      json: { shape: { keys: { access_token: 'string', expiry_date: 'number' } } },
    });
    expect(provider.received).toEqual([]);
  });

  test.each([
    [null, 409, 'not_deliverable'],
    [aesKey('calendso-key-of-the-tests-012345'), 200, 'string'],
  ])('of what a user entered, for a Cal.com', async (calendsoKey, status, told) => {
    const { connect, shape } = await setUp({ targetKind: 'calcom', calendsoKey });
    await connect('apple-calendar', { username: 'ada-hush', password: 'password-hush' });
    const answer = await shape('credential.push');
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(told)]);
    expect(answer.text).not.toContain('hush');
  });
});

test('the shape of a delete is its request', async () => {
  const { api, connect, receiver, shape } = await setUp();
  const id = await connect('zoom', TOKEN);
  expect((await api('DELETE', `/api/keyferry/v1/connections/${id}`)).status).toBe(200);
  expect(await shape('credential.delete')).toMatchObject({
    status: 200,
    json: {
      method: 'DELETE',
      url: `${receiver.url}/api/keyferry/v1/credentials?userId=${CALCOM_USER}&appSlug=zoom`,
      shape: null,
    },
  });
});

test('a delete is nothing that a Cal.com is sent', async () => {
  const { api, connect, shape } = await setUp({ targetKind: 'calcom' });
  await api('DELETE', `/api/keyferry/v1/connections/${await connect('zoom', TOKEN)}`);
  expect(await shape('credential.delete')).toMatchObject({ status: 409, json: { code: 'not_deliverable' } });
});

test('the shape of an event is what the host is told, to an address without its query', async () => {
  const host = await scriptedServer(() => ({}));
  const hostWebhook = { url: `${host.url}/told?token=hush`, secrets: [HOST_SECRET] };
  const { platform, connect, receiver, shape } = await setUp({ hostWebhook });
  receiver.answer = () => ({ status: 404, body: { message: 'User not found' } });
  const connectionId = await connect('zoom', TOKEN);
  await platform.runOutbox();
  const { status, text, json } = await shape('host.event');
  expect([status, json]).toMatchObject([
    200,
    {
      method: 'POST',
      url: `${host.url}/told?…`,
      shape: {
        type: 'delivery.stopped',
        data: { connectionId, externalUserId: EXTERNAL_USER, appSlug: 'zoom', reason: 'User not found' },
      },
    },
  ]);
  expect(json.shape).toEqual(JSON.parse(host.received[0]?.body ?? ''));
  for (const secret of ['hush', HOST_SECRET]) expect(text).not.toContain(secret);
});

test('there is no shape of a delivery that is unknown, nor where its connection is gone', async () => {
  const { platform, api, connect, shape } = await setUp();
  expect((await api('GET', `${DELIVERIES}/999999/shape`)).status).toBe(404);
  await connect('zoom', TOKEN);
  await platform.database.db.deleteFrom('connection').execute();
  expect(await shape('credential.push')).toMatchObject({
    status: 404,
    json: { code: 'connection_not_found' },
  });
});
