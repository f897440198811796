import { describe, expect, test } from 'vitest';
import { browser, location } from '../../../test/platform/browser.ts';
import { startGoogle } from '../../../test/platform/google.ts';
import {
  CALCOM_USER,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  pushed,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { startStrictProvider } from '../../../test/platform/strict-provider.ts';

const USER = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };
const RETURN_URL = 'https://host.example/settings?tab=apps';

async function link({ api }: TestPlatform, members: object = {}): Promise<string> {
  const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, ...members });
  expect(response.status).toBe(201);
  return ((await response.json()) as { url: string }).url;
}

function newBrowser({ platform }: TestPlatform) {
  return browser({ [PLATFORM_URL]: platform.fetch });
}

describe('connecting Google Calendar', () => {
  async function setUp() {
    const google = await startGoogle();
    const receiver = await scriptedServer();
    const platform = await startPlatform({ providers: google.providers, webappUrl: receiver.url });
    return { google, receiver, ...platform, all: platform };
  }

  test('one allowed app goes straight to the provider, with PKCE, and back to the host', async () => {
    const { google, receiver, all, platform } = await setUp();
    const ada = newBrowser(all);
    const first = await ada.get(await link(all, { apps: ['google-calendar'], returnUrl: RETURN_URL }));
    expect(first.status).toBe(302);
    const consentPage = new URL(location(first));
    expect(consentPage.origin).toBe(google.url);
    expect(consentPage.searchParams.get('code_challenge_method')).toBe('S256');
    expect(consentPage.searchParams.get('access_type')).toBe('offline');
    const back = await google.consent(ada, consentPage.href);
    const end = new URL(location(await ada.get(back)));
    expect(`${end.origin}${end.pathname}`).toBe('https://host.example/settings');
    expect(Object.fromEntries(end.searchParams)).toEqual({
      tab: 'apps',
      keyferry: 'connected',
      app: 'google-calendar',
    });

    expect(await platform.runOutbox()).toBe(1);
    const push = pushed(receiver.received[0]?.body ?? '');
    expect(push).toMatchObject({ userId: CALCOM_USER, appSlug: 'google-calendar' });
    expect(push.keys.access_token).toMatch(/^google_/);
    expect(push.keys).not.toHaveProperty('refresh_token');
    expect(push.keys).not.toHaveProperty('id_token');
    expect(await connectionsOf(all)).toMatchObject([
      { status: 'connected', version: 1, externalUserId: EXTERNAL_USER },
    ]);
  });

  test('a callback counts once', async () => {
    const { google, all } = await setUp();
    const ada = newBrowser(all);
    const back = await google.consent(
      ada,
      location(await ada.get(await link(all, { apps: ['google-calendar'] }))),
    );
    expect((await ada.get(back)).status).toBe(200);
    const replay = await ada.get(back);
    expect(replay.status).toBe(410);
    expect(await replay.text()).toContain('session_invalid');
    expect(await connectionsOf(all)).toMatchObject([{ version: 1 }]);
  });

  test('the link belongs to the first browser, and is spent once its app is connected', async () => {
    const { google, all } = await setUp();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const url = await link(all, { apps: ['google-calendar'] });
    const consentPage = location(await ada.get(url));
    expect((await eve.get(url)).status).toBe(410);
    expect((await ada.get(url)).status).toBe(302);
    await ada.get(await google.consent(ada, consentPage));
    expect((await ada.get(url)).status).toBe(410);
  });

  test('a callback in another browser is refused and consumes nothing', async () => {
    const { google, all } = await setUp();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const consentPage = location(await ada.get(await link(all, { apps: ['google-calendar'] })));
    const back = await google.consent(eve, consentPage);
    expect((await eve.get(back)).status).toBe(410);
    await eve.get(await link(all, { apps: ['google-calendar'] }));
    expect((await eve.get(back)).status).toBe(410);
    expect(await connectionsOf(all)).toEqual([]);
    expect((await ada.get(back)).status).toBe(200);
  });

  test.each([
    ['an unknown state', (back: URL) => back.searchParams.set('state', 'x'.repeat(43))],
    ['two states', (back: URL) => back.searchParams.append('state', 'x')],
    ['no state', (back: URL) => back.searchParams.delete('state')],
  ])('%s is refused', async (_, change) => {
    const { google, all } = await setUp();
    const ada = newBrowser(all);
    const consentPage = location(await ada.get(await link(all, { apps: ['google-calendar'] })));
    const back = new URL(await google.consent(ada, consentPage));
    change(back);
    expect((await ada.get(back.href)).status).toBe(410);
  });

  test.each([
    ['access_denied', 'consent_denied', 403],
    ['server_error', 'provider_failed', 424],
    ['invalid_scope', 'provider_refused', 424],
  ])('the error %s of the provider is %s, with a way on', async (error, code, status) => {
    const { all } = await setUp();
    const ada = newBrowser(all);
    const refuse = async (url: string) => {
      const state = new URL(location(await ada.get(url))).searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, error });
      return ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`);
    };
    const page = await refuse(await link(all, { apps: ['google-calendar'] }));
    expect(page.status).toBe(status);
    const text = await page.text();
    expect(text).toContain(code);
    const [, again = ''] = /<a href="([^"]+)">Try again/.exec(text) ?? [];
    expect((await ada.get(again)).status).toBe(302);

    const end = new URL(
      location(await refuse(await link(all, { apps: ['google-calendar'], returnUrl: RETURN_URL }))),
    );
    expect(end.searchParams.get('keyferry')).toBe('error');
    expect(end.searchParams.get('code')).toBe(code);
  });

  test('a code that the provider refuses is no connection', async () => {
    const { all } = await setUp();
    const ada = newBrowser(all);
    const consentPage = new URL(location(await ada.get(await link(all, { apps: ['google-calendar'] }))));
    const query = new URLSearchParams({
      state: consentPage.searchParams.get('state') ?? '',
      code: 'made-up',
    });
    const page = await ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`);
    expect(page.status).toBe(424);
    expect(await page.text()).toContain('provider_refused');
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('a link ends after 30 minutes, a walk that was begun in time may end later', async () => {
    const { google, all, clock } = await setUp();
    const [ada, bob] = [newBrowser(all), newBrowser(all)];
    const [one, other] = [
      await link(all, { apps: ['google-calendar'] }),
      await link(all, { apps: ['google-calendar'] }),
    ];
    clock.advance(29 * 60_000);
    const consentPage = location(await ada.get(one));
    clock.advance(60_000);
    expect((await bob.get(other)).status).toBe(410);
    const back = await google.consent(ada, consentPage);
    clock.advance(8 * 60_000);
    expect((await ada.get(back)).status).toBe(200);
  });

  test('an attempt ends after 10 minutes', async () => {
    const { google, all, clock } = await setUp();
    const ada = newBrowser(all);
    const consentPage = location(await ada.get(await link(all, { apps: ['google-calendar'] })));
    const back = await google.consent(ada, consentPage);
    clock.advance(10 * 60_000);
    expect((await ada.get(back)).status).toBe(410);
  });

  test('what only looks at a link does not use it up', async () => {
    const { all, platform } = await setUp();
    const url = await link(all, { apps: ['google-calendar'] });
    const head = await platform.fetch(new Request(url, { method: 'HEAD' }));
    const prefetch = await platform.fetch(new Request(url, { headers: { 'sec-purpose': 'prefetch' } }));
    expect([head.status, prefetch.status]).toEqual([503, 503]);
    expect((await newBrowser(all).get(url)).status).toBe(302);
  });

  test('a reconnect keeps the id of the connection and clears what was wrong', async () => {
    const { google, all, platform } = await setUp();
    const walk = async () => {
      const ada = newBrowser(all);
      const consentPage = location(await ada.get(await link(all, { apps: ['google-calendar'] })));
      await ada.get(await google.consent(ada, consentPage));
      return connectionsOf(all);
    };
    const [before] = await walk();
    await platform.database.db.updateTable('connection').set({ status: 'needs_reconnect' }).execute();
    const [after, ...more] = await walk();
    expect(more).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, version: 2, status: 'connected', statusReason: null });
    expect(after?.events.map(({ kind }) => kind)).toEqual(['connection.reconnected', 'connection.connected']);
  });
});

describe('connecting several apps', () => {
  test('a page without script lets the user choose, until all are done', async () => {
    const [google, strict] = [await startGoogle(), await startStrictProvider()];
    const all = await startPlatform({ providers: { ...google.providers, ...strict.providers } });
    const ada = newBrowser(all);
    const url = await link(all);
    const page = await ada.get(url);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const hrefs = [...(await page.text()).matchAll(/class="app" href="([^"]+)"/g)].map(
      ([, href = '']) => href,
    );
    expect(hrefs).toHaveLength(2);
    const [toGoogle = '', toZoom = ''] = hrefs;

    const done = await ada.get(await google.consent(ada, location(await ada.get(toGoogle))));
    expect(await done.text()).toContain('Connect another app');
    expect(await (await ada.get(url)).text()).toContain('<span class="quiet">connected</span>');
    expect((await ada.get(toGoogle)).status).toBe(410);

    const last = await ada.get(await strict.consent(ada, location(await ada.get(toZoom))));
    expect(last.status).toBe(200);
    expect(await last.text()).toContain('You can close this window');
    expect((await ada.get(url)).status).toBe(410);
    expect(strict.grants).toEqual(['authorization_code']);
  });
});

describe('the browser cookie', () => {
  test('is HttpOnly and Lax; on https also Secure and of this host alone', async () => {
    const google = await startGoogle();
    const plain = await startPlatform({ providers: google.providers });
    const secure = await startPlatform({ providers: google.providers, publicUrl: 'https://platform.test' });
    const [one, other] = await Promise.all(
      [plain, secure].map(async all => {
        const url = await link(all, { apps: ['google-calendar'] });
        return (await all.platform.fetch(new Request(url))).headers.get('set-cookie') ?? '';
      }),
    );
    expect(one).toMatch(/^keyferry_connect=[\w-]{43}; Max-Age=2400; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(other).toMatch(/^__Host-keyferry_connect=.*; HttpOnly; Secure; SameSite=Lax$/);
  });
});

describe('a link that cannot be made', () => {
  test.each([
    [{ apps: ['no-such-app'] }, 404, 'app_not_found'],
    [{ apps: [] }, 400, 'body_invalid'],
    [{ returnUrl: 'javascript:alert(1)' }, 400, 'body_invalid'],
    [{ returnUrl: 'ftp://host.example' }, 400, 'body_invalid'],
    [{ calcomUserId: 0 }, 400, 'body_invalid'],
    [{ calcomUserId: '7' }, 400, 'body_invalid'],
    [{ externalUserId: '' }, 400, 'body_invalid'],
  ])('%j is %i %s', async (members, status, code) => {
    const { api } = await startPlatform();
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, ...members });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test('an app without keys says so', async () => {
    const { api, platform } = await startPlatform();
    await platform.database.db.deleteFrom('platform_app').where('slug', '=', 'zoom').execute();
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, apps: ['zoom'] });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'app_keys_missing' });
  });

  test('an id of the instance that is another user’s is a conflict', async () => {
    const { api, connect } = await startPlatform();
    await connect('zoom', { access_token: 'a' });
    const members = { externalUserId: 'user-2', calcomUserId: CALCOM_USER, apps: ['zoom'] };
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', members);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'conflict' });
  });
});

test('nothing of a walk that was logged holds a secret of it', async () => {
  const google = await startGoogle();
  const all = await startPlatform({ providers: google.providers });
  const ada = newBrowser(all);
  const url = await link(all, { apps: ['google-calendar'] });
  const consentPage = new URL(location(await ada.get(url)));
  const state = consentPage.searchParams.get('state') ?? '';
  await ada.get(
    `${PLATFORM_URL}/api/connect/callback?${new URLSearchParams({ state, error: 'access_denied' })}`,
  );
  await all.platform.database.db.deleteFrom('platform_app').execute();
  await ada.get(url);
  await all.platform.database.db.schema.dropTable('oauth_attempt').execute();
  const broken = await ada.get(`${PLATFORM_URL}/api/connect/callback?state=${state}&code=made-up`);
  expect(broken.status).toBe(500);
  const logged = all.logged.join('');
  expect(logged).toContain('connect failed');
  const cookies = [...(ada.cookies.get('platform.test')?.values() ?? [])];
  expect(cookies).toHaveLength(1);
  for (const secret of [state, url, 'made-up', ...cookies]) expect(logged).not.toContain(secret);
  expect(await broken.text()).not.toContain(state);
});
