import { describe, expect, test } from 'vitest';
import {
  API_KEY,
  CALCOM_USER,
  CLIENT,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  SECRET,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { seal } from '../../lib/sealed-box.ts';

const USER = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };

function ask({ platform }: TestPlatform, path: string, init: RequestInit = {}): Promise<Response> {
  return Promise.resolve(platform.fetch(new Request(`${PLATFORM_URL}${path}`, init)));
}

describe('the key of the API', () => {
  test.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['the key in another scheme', { authorization: `Basic ${API_KEY}` }],
    ['the sync secret', { 'calcom-webhook-secret': SECRET }],
    ['the sync secret as key', { authorization: `Bearer ${SECRET}` }],
  ])('%s is 401 before the body is read', async (_, headers) => {
    const all = await startPlatform();
    const response = await ask(all, '/api/keyferry/v1/connections', { method: 'POST', headers, body: '{' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  test('where none is configured nothing is open', async () => {
    const all = await startPlatform({ apiKey: null });
    for (const authorization of ['Bearer ', 'Bearer null', `Bearer ${API_KEY}`]) {
      const response = await ask(all, '/api/keyferry/v1/connections', { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/nothing', 404, null],
    ['GET', '/api/sync', 405, 'POST'],
    ['PUT', '/api/sync', 405, 'POST'],
    ['POST', '/health/live', 405, 'GET'],
    ['POST', '/connect/token', 404, null],
    ['GET', '/api/connect/sessions', 405, 'POST'],
  ])('%s %s is %i', async (method, path, status, allow) => {
    const response = await ask(await startPlatform(), path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow);
  });

  test('a method of the API that is not answered is 405 with Allow', async () => {
    const { api } = await startPlatform();
    const response = await api('PATCH', '/api/keyferry/v1/connections');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

test('the document of the API is made of its schemas', async () => {
  const document = await (await ask(await startPlatform(), '/api/openapi.json')).json();
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Keyferry platform' } });
  expect(Object.keys((document as { paths: object }).paths)).toEqual(
    expect.arrayContaining([
      '/api/sync',
      '/api/keyferry/v1/apps',
      '/api/keyferry/v1/apps/{slug}',
      '/api/keyferry/v1/connect-sessions',
      '/api/keyferry/v1/connections',
      '/api/keyferry/v1/connections/{id}',
      '/api/keyferry/v1/connections/{id}/deliver',
      '/api/keyferry/v1/connections/{id}/refresh',
      '/api/keyferry/v1/deliveries',
      '/api/keyferry/v1/status',
    ]),
  );
});

test('health and status', async () => {
  const all = await startPlatform();
  expect((await ask(all, '/health/live')).status).toBe(200);
  expect((await ask(all, '/health/ready')).status).toBe(200);
  const status = { role: 'platform', time: all.clock.now(), apps: expect.arrayContaining(['zoom']) };
  expect(await (await all.api('GET', '/api/keyferry/v1/status')).json()).toMatchObject(status);
  const headers = { 'calcom-webhook-secret': SECRET };
  expect(await (await ask(all, '/api/keyferry/v1/status', { headers })).json()).toMatchObject(status);
  const wrong = { 'calcom-webhook-secret': 'wrong' };
  expect((await ask(all, '/api/keyferry/v1/status', { headers: wrong })).status).toBe(401);
});

describe('an import', () => {
  const credential = { access_token: 'hush', refresh_token: 'hush-hush' };

  test.each([
    [{ ...USER, appSlug: 'zoom', credential: {} }, 400, 'credential.access_token'],
    [{ ...USER, appSlug: 'zoom', credential: { access_token: 'hush\n' } }, 400, 'credential.access_token'],
    [{ ...USER, appSlug: 'zoom', credential: 'hush' }, 400, 'credential'],
    [{ ...USER, appSlug: 'zoom' }, 400, 'credential'],
    [{ ...USER, appSlug: 'no-such-app', credential }, 404, 'slug'],
    [{ ...USER, calcomUserId: 2 ** 31, appSlug: 'zoom', credential }, 400, 'calcomUserId'],
    [{ ...USER, externalUserId: 'a\0b', appSlug: 'zoom', credential }, 400, 'externalUserId'],
  ])('%j is %i and names %s', async (body, status, named) => {
    const all = await startPlatform();
    const response = await all.api('POST', '/api/keyferry/v1/connections', body);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text).detail).toContain(named);
    expect(text).not.toContain('hush');
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('is 201 with the connection, and replaces the whole of what was there', async () => {
    const { api, sync, connect } = await startPlatform({ withRefreshToken: true });
    const response = await api('POST', '/api/keyferry/v1/connections', {
      ...USER,
      appSlug: 'zoom',
      credential,
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ status: 'connected', version: 1, appSlug: 'zoom' });
    await connect('zoom', { access_token: 'alone' });
    expect(await (await sync('zoom')).json()).toEqual({ access_token: 'alone', token_type: 'Bearer' });
  });

  test('of an id that is another user’s is a conflict and stores nothing', async () => {
    const all = await startPlatform();
    await all.connect('zoom', credential);
    const body = { externalUserId: 'user-2', calcomUserId: CALCOM_USER, appSlug: 'zoom', credential };
    const response = await all.api('POST', '/api/keyferry/v1/connections', body);
    expect([response.status, (await response.json()) as object]).toMatchObject([409, { code: 'conflict' }]);
    expect(await connectionsOf(all)).toHaveLength(1);
  });

  test('many first ones of one user make one connection', async () => {
    const all = await startPlatform();
    await Promise.all(Array.from({ length: 20 }, () => all.connect('zoom', credential)));
    expect(await connectionsOf(all)).toMatchObject([{ version: 20 }]);
  });

  test('beyond 256 KiB is 413', async () => {
    const { api } = await startPlatform();
    const large = { ...credential, more: 'x'.repeat(256 * 1024) };
    const response = await api('POST', '/api/keyferry/v1/connections', {
      ...USER,
      appSlug: 'zoom',
      credential: large,
    });
    expect(response.status).toBe(413);
  });
});

describe('connections', () => {
  test('are listed by page and filter', async () => {
    const { api } = await startPlatform();
    for (let user = 1; user <= 3; user += 1) {
      const body = {
        externalUserId: `u${user}`,
        calcomUserId: user,
        appSlug: 'zoom',
        credential: { access_token: 'a' },
      };
      await api('POST', '/api/keyferry/v1/connections', body);
    }
    const list = async (query: string) =>
      (await (await api('GET', `/api/keyferry/v1/connections?${query}`)).json()) as {
        connections: { id: string }[];
        next: string | null;
      };
    const first = await list('limit=2');
    expect(first.connections).toHaveLength(2);
    const rest = await list(`limit=2&after=${first.next}`);
    expect([rest.connections.length, rest.next]).toEqual([1, null]);
    expect((await list('externalUserId=u2')).connections).toMatchObject([{ externalUserId: 'u2' }]);
    expect((await list('appSlug=google-calendar')).connections).toEqual([]);
    expect((await list('status=connected')).connections).toHaveLength(3);
    expect((await api('GET', '/api/keyferry/v1/connections?status=odd')).status).toBe(400);
  });

  test.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/deliver'],
  ])('%s of one that is unknown is 404', async (method, path) => {
    const { api } = await startPlatform();
    const response = await api(method, `/api/keyferry/v1/connections/${crypto.randomUUID()}${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'connection_not_found' });
    expect((await api(method, `/api/keyferry/v1/connections/x${path}`)).status).toBe(400);
  });
});

describe('what is stored', () => {
  test('holds no secret in clear', async () => {
    const { platform, connect, config, api } = await startPlatform();
    await connect('zoom', { access_token: 'hush-access', refresh_token: 'hush-refresh' });
    await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, apps: ['zoom'] });
    const { db } = platform.database;
    const tables = [
      'platform_app',
      'target',
      'connection',
      'outbox',
      'connect_session',
      'platform_event',
    ] as const;
    const rows = await Promise.all(tables.map(table => db.selectFrom(table).selectAll().execute()));
    const text = JSON.stringify(rows);
    const key = config.sync.encryptionKey?.export().toString('latin1') ?? '';
    for (const secret of ['hush', CLIENT.client_secret, SECRET, API_KEY, key])
      expect(text).not.toContain(secret);
  });

  test('does not open in another row, and a reconnect is the way out', async () => {
    const { platform, connect, config, sync, api } = await startPlatform();
    await connect('zoom', { access_token: 'hush' });
    const moved = seal(config.keyring, '{"access_token":"theirs"}', 'connection:another');
    await platform.database.db.updateTable('connection').set({ sealedCredential: moved }).execute();
    const response = await sync('zoom');
    expect([response.status, (await response.json()) as object]).toMatchObject([
      503,
      { code: 'sealed_unreadable' },
    ]);
    const id = await connect('zoom', { access_token: 'again' });
    expect(await (await sync('zoom')).json()).toMatchObject({ access_token: 'again' });
    await platform.database.db.updateTable('connection').set({ sealedCredential: moved }).execute();
    const gone = await api('DELETE', `/api/keyferry/v1/connections/${id}`);
    expect(await gone.json()).toMatchObject({ revoked: false, reason: 'sealed_unreadable' });
  });

  test('the default target follows the configuration at the next start', async () => {
    const one = await startPlatform();
    await one.connect('zoom', { access_token: 'a' });
    await one.platform.close();
    const receiver = await scriptedServer();
    const next = await startPlatform({ location: one.config.database, webappUrl: receiver.url });
    expect(await next.platform.runOutbox()).toBe(1);
    expect(receiver.received).toHaveLength(1);
  });
});
