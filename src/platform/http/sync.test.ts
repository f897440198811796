import { describe, expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { browser } from '../../../test/platform/browser.ts';
import { setOut } from '../../../test/platform/connect-page.ts';
import {
  CALCOM_USER,
  CLIENT,
  type ConnectionView,
  EXTERNAL_USER,
  PLATFORM_URL,
  SECRET,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { startStrictProvider } from '../../../test/platform/strict-provider.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { tokenFingerprint } from '../../protocol/index.ts';

const MINUTE = 60_000;

/** A platform with a Zoom connection whose tokens come from a provider that the test scripts. */
async function setUp(credential: object = {}) {
  let issued = 0;
  const provider = await scriptedServer(() => {
    issued += 1;
    const tokens = { access_token: `access-${issued}`, refresh_token: `refresh-${issued}` };
    return {
      body: { ...tokens, token_type: 'bearer', expires_in: 3600, scope: 'meeting', api_url: 'https://z' },
    };
  });
  const tokenEndpoint = `${provider.url}/token`;
  const all = await startPlatform({ providers: { zoom: { tokenEndpoint } } });
  const expiry_date = all.clock.now() + 60 * MINUTE;
  const id = await all.connect('zoom', {
    access_token: 'access-0',
    refresh_token: 'refresh-0',
    expiry_date,
    api_url: 'https://z',
    ...credential,
  });
  const state = async () =>
    (await (await all.api('GET', `/api/keyferry/v1/connections/${id}`)).json()) as ConnectionView;
  return { ...all, provider, id, state };
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

describe('a token that holds', () => {
  test('is answered in the shape that Cal.com reads, without the refresh token', async () => {
    const { sync, provider, clock } = await setUp();
    const response = await sync('zoom');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await bodyOf(response)).toEqual({
      access_token: 'access-0',
      token_type: 'Bearer',
      expiry_date: clock.now() + 60 * MINUTE,
      expires_in: 3600,
      api_url: 'https://z',
    });
    expect(provider.received).toEqual([]);
  });

  test('is asked for in JSON as well', async () => {
    const { platform } = await setUp();
    const response = await platform.fetch(
      new Request(`${PLATFORM_URL}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-credential-sync-secret': SECRET, 'content-type': 'application/json' },
        body: JSON.stringify({ calcomUserId: CALCOM_USER, appSlug: 'zoom' }),
      }),
    );
    expect(await bodyOf(response)).toMatchObject({ access_token: 'access-0' });
  });

  test('travels with its refresh token where the target has it so', async () => {
    const { connect, sync } = await startPlatform({ withRefreshToken: true });
    await connect('zoom', { access_token: 'a', refresh_token: 'r' });
    expect(await bodyOf(await sync('zoom'))).toEqual({
      access_token: 'a',
      refresh_token: 'r',
      token_type: 'Bearer',
    });
  });
});

describe('a token that ends within a minute', () => {
  test('is refreshed, stored and pushed before it is given', async () => {
    const { sync, provider, clock, state } = await setUp();
    clock.advance(59 * MINUTE + 1);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'access-1', scope: 'meeting' });
    const [request] = provider.received;
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64')}`,
    );
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
    });
    expect(await state()).toMatchObject({
      status: 'connected',
      version: 2,
      refreshedAt: clock.now(),
      expiresAt: clock.now() + 60 * MINUTE,
      deliveries: [{ topic: 'credential.push', state: 'waiting' }],
    });
  });

  test('is refreshed once for a hundred who ask at the same time', async () => {
    const { sync, provider, clock } = await setUp();
    clock.advance(2 * 60 * MINUTE);
    const answers = await Promise.all(Array.from({ length: 100 }, () => sync('zoom')));
    const tokens = await Promise.all(answers.map(async answer => (await bodyOf(answer)).access_token));
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    expect(provider.received).toHaveLength(1);
  });

  test('is refreshed once for two processes on one database', async () => {
    const { config, clock, sync, provider } = await setUp();
    const other = await startPlatform({ location: config.database, providers: config.providers, clock });
    clock.advance(2 * 60 * MINUTE);
    const asked = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? sync : other.sync)('zoom'));
    const tokens = await Promise.all(
      (await Promise.all(asked)).map(async answer => (await bodyOf(answer)).access_token),
    );
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    expect(provider.received).toHaveLength(1);
  });

  test('keeps its refresh token when the provider gives no new one, and what else came with it', async () => {
    const { sync, provider, clock } = await setUp();
    provider.answer = ({ body }) => ({
      body: { access_token: `after ${new URLSearchParams(body).get('refresh_token')}`, expires_in: 60 },
    });
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({
      access_token: 'after refresh-0',
      api_url: 'https://z',
    });
    clock.advance(MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'after refresh-0' });
    expect(provider.received).toHaveLength(2);
  });
});

describe('a token without an expiry', () => {
  const forever = { expiry_date: undefined };

  test('is given until its fingerprint is reported, then refreshed once for all who report it', async () => {
    const { sync, provider, clock } = await setUp(forever);
    clock.advance(1000 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toEqual({
      access_token: 'access-0',
      token_type: 'Bearer',
      api_url: 'https://z',
    });
    const headers = { 'keyferry-rejected-token': tokenFingerprint('access-0', SECRET) };
    for (let report = 0; report < 3; report += 1) {
      expect(await bodyOf(await sync('zoom', { headers }))).toMatchObject({ access_token: 'access-1' });
    }
    expect(provider.received).toHaveLength(1);
  });

  test('is not refreshed for the fingerprint of another token', async () => {
    const { sync, provider } = await setUp(forever);
    for (const fingerprint of [
      tokenFingerprint('another', SECRET),
      tokenFingerprint('access-0', 'x'),
      'x',
      '',
    ]) {
      const headers = { 'keyferry-rejected-token': fingerprint };
      expect(await bodyOf(await sync('zoom', { headers }))).toMatchObject({ access_token: 'access-0' });
    }
    expect(provider.received).toEqual([]);
  });
});

describe('a refresh that fails', () => {
  const faults: [string, Scripted, string][] = [
    ['429', { status: 429, headers: { 'retry-after': '120' } }, 'provider_busy'],
    ['503', { status: 503 }, 'provider_busy'],
    ['500 with a page', { status: 500, body: '<h1>oops</h1>' }, 'provider_failed'],
    ['a cut connection', { drop: true }, 'provider_unanswered'],
    ['a page', { body: '<html>' }, 'provider_malformed'],
    ['no token', { body: { token_type: 'bearer' } }, 'provider_malformed'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9' } }, 'provider_refused'],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'provider_client_refused'],
    [
      'unauthorized_client',
      { status: 400, body: { error: 'unauthorized_client' } },
      'provider_client_refused',
    ],
    ['invalid_request', { status: 400, body: { error: 'invalid_request' } }, 'provider_refused'],
  ];

  test.each(faults)('%s is 503 with Retry-After and does not end the grant', async (_, fault, code) => {
    const { sync, provider, clock, state } = await setUp();
    const issue = provider.answer;
    provider.answer = () => fault;
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect(response.status).toBe(503);
    const retryAfter = Number(response.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code, message: expect.any(String) });
    expect(text).not.toContain('access_token');
    expect(await state()).toMatchObject({
      status: 'failing',
      statusReason: code,
      failedAt: clock.now(),
      version: 1,
    });

    provider.answer = issue;
    clock.advance(10 * MINUTE);
    expect((await sync('zoom')).status).toBe(200);
    const after = await state();
    expect(after).toMatchObject({ status: 'connected', statusReason: null, failedAt: null });
    // A client that is refused is the incident of its app, not of each grant.
    const told = code === 'provider_client_refused' ? ['refreshed'] : ['recovered', 'failing'];
    const kinds = [...told, 'imported'].map(kind => `connection.${kind}`);
    expect(after.events.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('leaves the provider alone for as long as it asks', async () => {
    const { sync, provider, clock } = await setUp();
    provider.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    clock.advance(2 * 60 * MINUTE);
    expect((await sync('zoom')).headers.get('retry-after')).toBe('120');
    clock.advance(100_000);
    const early = await sync('zoom');
    expect(early.status).toBe(503);
    expect(early.headers.get('retry-after')).toBe('20');
    expect(provider.received).toHaveLength(1);
    clock.advance(20_000);
    await sync('zoom');
    expect(provider.received).toHaveLength(2);
  });

  test('gives the token that still holds', async () => {
    const { sync, provider, clock } = await setUp();
    provider.answer = () => ({ status: 500 });
    clock.advance(59 * MINUTE + 30_000);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'access-0', expires_in: 30 });
    clock.advance(26_000);
    expect((await sync('zoom')).status).toBe(503);
  });

  test('does not give a token that was refused', async () => {
    const { sync, provider } = await setUp();
    provider.answer = () => ({ status: 500 });
    const headers = { 'keyferry-rejected-token': tokenFingerprint('access-0', SECRET) };
    expect((await sync('zoom', { headers })).status).toBe(503);
  });

  test('for want of app keys is 503, for an operator to mend, and passes at once when they are set', async () => {
    const { sync, platform, clock, api } = await setUp();
    await platform.database.db.deleteFrom('platform_app').execute();
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect([response.status, (await bodyOf(response)).code]).toEqual([503, 'app_keys_missing']);
    await api('PUT', '/api/keyferry/v1/apps/zoom', { keys: CLIENT });
    expect((await sync('zoom')).status).toBe(200);
  });
});

describe('a grant that is dead', () => {
  test('is 409 from then on, without asking the provider again, until it is connected again', async () => {
    const { sync, provider, clock, state, connect, id } = await setUp();
    provider.answer = () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'refresh-0' },
    });
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect(response.status).toBe(409);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'needs_reconnect' });
    expect(text).not.toMatch(/access_token|refresh-0/);
    expect((await sync('zoom')).status).toBe(409);
    expect(provider.received).toHaveLength(1);
    expect(await state()).toMatchObject({ status: 'needs_reconnect', statusReason: 'needs_reconnect' });

    expect(await connect('zoom', { access_token: 'again' })).toBe(id);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'again' });
  });

  test('is what a token without a refresh token becomes when it ends, and not before', async () => {
    const { sync, clock, provider } = await setUp({ refresh_token: undefined });
    clock.advance(59 * MINUTE + 30_000);
    expect((await sync('zoom')).status).toBe(200);
    clock.advance(MINUTE);
    expect((await sync('zoom')).status).toBe(409);
    expect(provider.received).toEqual([]);
  });

  test('is not taken for dead when another write landed while the provider was asked', async () => {
    const { sync, provider, clock, connect, state } = await setUp();
    provider.answer = async () => {
      await connect('zoom', { access_token: 'imported meanwhile', refresh_token: 'r' });
      return { status: 400, body: { error: 'invalid_grant' } };
    };
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'imported meanwhile' });
    expect(await state()).toMatchObject({ status: 'connected', version: 2 });
  });

  test('an import that landed while the provider answered wins over the answer', async () => {
    const { sync, provider, clock, connect, state } = await setUp();
    const issue = provider.answer;
    provider.answer = async request => {
      await connect('zoom', { access_token: 'imported meanwhile', refresh_token: 'r' });
      return issue(request);
    };
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'imported meanwhile' });
    expect(await state()).toMatchObject({ version: 2 });
  });
});

describe('a provider that rotates refresh tokens and ends a grant at the second use of one', () => {
  async function connected() {
    const strict = await startStrictProvider();
    const location_ = { file: `${temporaryFolder()}/platform.db` };
    const clock = heldClock(Date.now());
    const one = await startPlatform({ providers: strict.providers, location: location_, clock });
    const other = await startPlatform({ providers: strict.providers, location: location_, clock });
    const ada = browser({ [PLATFORM_URL]: one.platform.fetch });
    const request = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER, apps: ['zoom'] };
    const session = await one.api('POST', '/api/keyferry/v1/connect-sessions', request);
    const { url } = (await session.json()) as { url: string };
    await ada.get(await strict.consent(ada, await setOut(ada, url)));
    return { strict, one, other, clock };
  }

  test('never sees a refresh token twice, through five expiries, two processes and many callers', async () => {
    const { strict, one, other, clock } = await connected();
    const seen = new Set<unknown>();
    for (let expiry = 0; expiry < 5; expiry += 1) {
      clock.advance(61 * MINUTE);
      const asked = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? one : other).sync('zoom'));
      const answers = await Promise.all((await Promise.all(asked)).map(bodyOf));
      const tokens = new Set(answers.map(answer => answer.access_token));
      expect(tokens.size).toBe(1);
      for (const token of tokens) seen.add(token);
    }
    expect(seen.size).toBe(5);
    expect(strict.grants).toEqual([
      'authorization_code',
      ...Array.from({ length: 5 }, () => 'refresh_token'),
    ]);
  });
});

describe('who may ask, and what', () => {
  async function ask(
    { platform }: TestPlatform,
    init: RequestInit,
  ): Promise<[number, Record<string, unknown>]> {
    const response = await platform.fetch(
      new Request(`${PLATFORM_URL}/api/sync`, { method: 'POST', ...init }),
    );
    const text = await response.text();
    expect(text).not.toContain('access_token');
    return [response.status, JSON.parse(text)];
  }
  const authentic = { 'calcom-webhook-secret': SECRET };

  test.each([
    ['no secret', {}, 'secret header not set'],
    ['a wrong secret', { 'calcom-webhook-secret': 'wrong' }, 'Invalid secret'],
    ['an empty secret', { 'calcom-webhook-secret': '' }, 'Invalid secret'],
  ])('%s is 403 before the body is looked at', async (_, headers, message) => {
    const all = await startPlatform();
    expect(await ask(all, { headers, body: '{' })).toMatchObject([403, { message, code: 'secret_invalid' }]);
  });

  test('where a header is configured, no other carries the secret', async () => {
    const all = await startPlatform({ header: 'X-Sync' });
    expect((await ask(all, { headers: authentic }))[0]).toBe(403);
    expect((await ask(all, { headers: { 'x-sync': SECRET }, body: '' }))[0]).toBe(400);
  });

  test.each([
    ['nothing', ''],
    ['broken JSON', '{'],
    ['a number that is none', 'calcomUserId=x&appSlug=zoom'],
    ['a number beyond', 'calcomUserId=4294967296&appSlug=zoom'],
    ['no slug', 'calcomUserId=7'],
    ['an array', '[]'],
    ['null', '{"calcomUserId":null,"appSlug":"zoom"}'],
  ])('%s is 400', async (_, body) => {
    expect(await ask(await startPlatform(), { headers: authentic, body })).toMatchObject([
      400,
      { code: 'body_invalid' },
    ]);
  });

  test('a body beyond 16 KiB is 413', async () => {
    const body = `calcomUserId=7&appSlug=${'z'.repeat(16 * 1024)}`;
    expect((await ask(await startPlatform(), { headers: authentic, body }))[0]).toBe(413);
  });

  test.each([
    ['an unknown user', 'calcomUserId=8&appSlug=zoom', 'user_not_found'],
    ['an unknown app', 'calcomUserId=7&appSlug=no-such-app', 'app_not_found'],
    [
      'an app that the user has not connected',
      'calcomUserId=7&appSlug=google-calendar',
      'connection_not_found',
    ],
  ])('%s is 404', async (_, body, code) => {
    const all = await startPlatform();
    await all.connect('zoom', { access_token: 'a' });
    expect(await ask(all, { headers: authentic, body })).toMatchObject([404, { code }]);
  });
});

test('nothing that was logged holds a secret', async () => {
  const { sync, provider, clock, logged } = await setUp();
  clock.advance(2 * 60 * MINUTE);
  await sync('zoom');
  provider.answer = ({ body }) => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: body },
  });
  clock.advance(2 * 60 * MINUTE);
  await sync('zoom');
  await sync('zoom', { headers: { 'calcom-webhook-secret': 'wrong' } });
  expect(logged.join('')).toContain('needs_reconnect');
  for (const secret of [SECRET, CLIENT.client_secret, 'access-', 'refresh-', 'wrong']) {
    expect(logged.join('')).not.toContain(secret);
  }
});
