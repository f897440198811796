import { describe, expect, test } from 'vitest';
import { browser, location } from '../../../test/platform/browser.ts';
import { appAddress, openLink, openSession, outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
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

  test('the user goes to the provider, with PKCE, and back to the host', async () => {
    const { google, receiver, all, platform } = await setUp();
    const ada = newBrowser(all);
    const url = await link(all, { apps: ['google-calendar'], returnUrl: RETURN_URL });
    const consentPage = new URL(await setOut(ada, url));
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
    const back = await google.consent(ada, await setOut(ada, await link(all, { apps: ['google-calendar'] })));
    expect(outcomeOf(await ada.get(back))).toBe('connected');
    expect(outcomeOf(await ada.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toMatchObject([{ version: 1 }]);
  });

  test('the link belongs to the first browser, and is spent once its app is connected', async () => {
    const { google, all } = await setUp();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const url = await link(all, { apps: ['google-calendar'] });
    const consentPage = await setOut(ada, url);
    const refused = await openLink(eve, url);
    expect([refused.status, await refused.json()]).toMatchObject([410, { code: 'session_invalid' }]);
    expect((await openLink(ada, url)).status).toBe(200);
    await ada.get(await google.consent(ada, consentPage));
    expect((await openLink(ada, url)).status).toBe(410);
  });

  test('a callback in another browser is refused and consumes nothing', async () => {
    const { google, all } = await setUp();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const consentPage = await setOut(ada, await link(all, { apps: ['google-calendar'] }));
    const back = await google.consent(eve, consentPage);
    expect(outcomeOf(await eve.get(back))).toBe('session_invalid');
    await openSession(eve, await link(all, { apps: ['google-calendar'] }));
    expect(outcomeOf(await eve.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toEqual([]);
    expect(outcomeOf(await ada.get(back))).toBe('connected');
  });

  test.each([
    ['an unknown state', (back: URL) => back.searchParams.set('state', 'x'.repeat(43))],
    ['two states', (back: URL) => back.searchParams.append('state', 'x')],
    ['no state', (back: URL) => back.searchParams.delete('state')],
  ])('%s is refused', async (_, change) => {
    const { google, all } = await setUp();
    const ada = newBrowser(all);
    const consentPage = await setOut(ada, await link(all, { apps: ['google-calendar'] }));
    const back = new URL(await google.consent(ada, consentPage));
    change(back);
    const answer = await ada.get(back.href);
    expect(location(answer)).toBe(`${PLATFORM_URL}/connect/result?code=session_invalid`);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test.each([
    ['access_denied', 'consent_denied'],
    ['server_error', 'provider_failed'],
    ['invalid_scope', 'provider_refused'],
  ])('the error %s of the provider is %s, with a way on', async (error, code) => {
    const { all } = await setUp();
    const ada = newBrowser(all);
    const refuse = async (url: string) => {
      const state = new URL(await setOut(ada, url)).searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, error });
      return new URL(location(await ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`)));
    };
    const url = await link(all, { apps: ['google-calendar'] });
    const result = await refuse(url);
    const { id } = await openSession(ada, url);
    expect(result.pathname).toBe(`/connect/session/${id}/result`);
    expect(Object.fromEntries(result.searchParams)).toEqual({ app: 'google-calendar', code });
    expect(await setOut(ada, url)).toContain('/o/oauth2/v2/auth');

    const end = await refuse(await link(all, { apps: ['google-calendar'], returnUrl: RETURN_URL }));
    expect(end.searchParams.get('keyferry')).toBe('error');
    expect(end.searchParams.get('code')).toBe(code);
  });

  test('a code that the provider refuses is no connection', async () => {
    const { all } = await setUp();
    const ada = newBrowser(all);
    const consentPage = new URL(await setOut(ada, await link(all, { apps: ['google-calendar'] })));
    const query = new URLSearchParams({
      state: consentPage.searchParams.get('state') ?? '',
      code: 'made-up',
    });
    expect(outcomeOf(await ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`))).toBe(
      'provider_refused',
    );
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
    const consentPage = await setOut(ada, one);
    const { id } = await openSession(ada, one);
    clock.advance(60_000);
    expect((await openLink(bob, other)).status).toBe(410);
    expect((await openLink(ada, one)).status).toBe(410);
    const begin = `${PLATFORM_URL}/api/connect/sessions/${id}/apps/google-calendar/begin`;
    expect((await ada.ask('POST', begin)).status).toBe(410);
    const back = await google.consent(ada, consentPage);
    clock.advance(8 * 60_000);
    expect(outcomeOf(await ada.get(back))).toBe('connected');
    // The result is still to be shown.
    const view = await ada.ask('GET', `${PLATFORM_URL}/api/connect/sessions/${id}`);
    expect(await view.json()).toMatchObject({ open: false, apps: [{ done: true }] });
  });

  test('an attempt ends after 10 minutes', async () => {
    const { google, all, clock } = await setUp();
    const ada = newBrowser(all);
    const consentPage = await setOut(ada, await link(all, { apps: ['google-calendar'] }));
    const back = await google.consent(ada, consentPage);
    clock.advance(10 * 60_000);
    expect(outcomeOf(await ada.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('what only looks at a link does not use it up: a scanner, a preview, a prefetch', async () => {
    const { all, platform } = await setUp();
    const url = await link(all, { apps: ['google-calendar'] });
    for (const init of [{}, { method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch' } }]) {
      const headers = { accept: 'text/html', ...init.headers };
      const page = await platform.fetch(new Request(url, { ...init, headers }));
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
      // The address holds the token: no request from the page may name it.
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    expect(await setOut(newBrowser(all), url)).toContain('/o/oauth2/v2/auth');
  });

  test('a reconnect keeps the id of the connection and clears what was wrong', async () => {
    const { google, all, platform } = await setUp();
    const walk = async () => {
      const ada = newBrowser(all);
      const consentPage = await setOut(ada, await link(all, { apps: ['google-calendar'] }));
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
  test('the page lets the user choose, until all are done', async () => {
    const [google, strict] = [await startGoogle(), await startStrictProvider()];
    const all = await startPlatform({ providers: { ...google.providers, ...strict.providers } });
    const ada = newBrowser(all);
    const url = await link(all);
    const session = await openSession(ada, url);
    expect(session).toMatchObject({ open: true, returnUrl: null, expiresAt: all.clock.now() + 30 * 60_000 });
    expect(session.apps).toEqual([
      expect.objectContaining({
        slug: 'google-calendar',
        name: 'Google Calendar',
        kind: 'oauth',
        done: false,
      }),
      expect.objectContaining({ slug: 'zoom', kind: 'oauth', fields: [], done: false }),
    ]);
    const view = async () => {
      const answer = await ada.ask('GET', `${PLATFORM_URL}/api/connect/sessions/${session.id}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      return (await answer.json()) as typeof session;
    };

    const consentPage = await setOut(ada, url, 'google-calendar');
    expect(outcomeOf(await ada.get(await google.consent(ada, consentPage)))).toBe('connected');
    expect((await view()).apps.map(({ done }) => done)).toEqual([true, false]);
    const again = await ada.ask('POST', `${appAddress(url, session, 'google-calendar')}/begin`);
    expect(again.status).toBe(410);

    const last = await strict.consent(ada, await setOut(ada, url, 'zoom'));
    expect(outcomeOf(await ada.get(last))).toBe('connected');
    expect(await view()).toMatchObject({ open: false, apps: [{ done: true }, { done: true }] });
    expect((await openLink(ada, url)).status).toBe(410);
    expect(strict.grants).toEqual(['authorization_code']);
  });

  test('two links in one browser stay apart: each is named by its id', async () => {
    const all = await startPlatform();
    const ada = newBrowser(all);
    const [one, other] = [
      await link(all, { apps: ['zoom'] }),
      await link(all, { apps: ['google-calendar'] }),
    ];
    const [first, second] = [await openSession(ada, one), await openSession(ada, other)];
    expect(first.id).not.toBe(second.id);
    expect((await ada.ask('POST', `${appAddress(one, first, 'google-calendar')}/begin`)).status).toBe(410);
    expect((await ada.ask('POST', `${appAddress(one, first, 'zoom')}/begin`)).status).toBe(200);
  });

  test('a session is nothing to another browser, to none, and to another site', async () => {
    const all = await startPlatform();
    const ada = newBrowser(all);
    const url = await link(all, { apps: ['zoom'] });
    const session = await openSession(ada, url);
    const address = `${PLATFORM_URL}/api/connect/sessions/${session.id}`;
    const begin = `${appAddress(url, session, 'zoom')}/begin`;
    const eve = newBrowser(all);
    expect((await eve.ask('GET', address)).status).toBe(410);
    await openSession(eve, await link(all, { apps: ['zoom'] }));
    expect((await eve.ask('GET', address)).status).toBe(410);
    expect((await eve.ask('POST', begin)).status).toBe(410);
    const [cookie = ''] = [...(ada.cookies.get('platform.test') ?? [])].map(pair => pair.join('='));
    for (const headers of [
      { cookie, origin: 'https://evil.example' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie },
    ] as Record<string, string>[]) {
      const answer = await all.platform.fetch(new Request(begin, { method: 'POST', headers }));
      expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'origin_refused' }]);
    }
    expect((await ada.ask('POST', begin)).status).toBe(200);
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
        const ada = browser({ [new URL(url).origin]: all.platform.fetch });
        return (await openLink(ada, url)).headers.get('set-cookie') ?? '';
      }),
    );
    expect(one).toMatch(/^keyferry_connect=[\w-]{43}; Max-Age=2400; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(other).toMatch(/^__Host-keyferry_connect=.*; HttpOnly; Secure; SameSite=Lax$/);
  });
});

test('nothing of a walk that was logged holds a secret of it', async () => {
  const google = await startGoogle();
  const all = await startPlatform({ providers: google.providers });
  const ada = newBrowser(all);
  const url = await link(all, { apps: ['google-calendar'] });
  const consentPage = new URL(await setOut(ada, url));
  const state = consentPage.searchParams.get('state') ?? '';
  await ada.get(
    `${PLATFORM_URL}/api/connect/callback?${new URLSearchParams({ state, error: 'access_denied' })}`,
  );
  const session = await openSession(ada, url);
  await all.platform.database.db.deleteFrom('platform_app').execute();
  const begun = await ada.ask('POST', `${appAddress(url, session, 'google-calendar')}/begin`);
  expect([begun.status, await begun.json()]).toMatchObject([409, { code: 'app_keys_missing' }]);
  await all.platform.database.db.schema.dropTable('oauth_attempt').execute();
  const broken = await ada.get(`${PLATFORM_URL}/api/connect/callback?state=${state}&code=made-up`);
  expect(outcomeOf(broken)).toBe('internal');
  expect(broken.headers.get('referrer-policy')).toBe('no-referrer');
  const logged = all.logged.join('');
  expect(logged).toContain('connect failed');
  const cookies = [...(ada.cookies.get('platform.test')?.values() ?? [])];
  expect(cookies).toHaveLength(1);
  const token = new URL(url).pathname.slice('/connect/'.length);
  for (const secret of [state, token, 'made-up', ...cookies]) {
    expect(logged).not.toContain(secret);
    expect(location(broken)).not.toContain(secret);
  }
});
