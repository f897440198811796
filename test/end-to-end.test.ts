import { expect, onTestFinished, test } from 'vitest';
import { type BothSides, startBothSides } from './both-sides.ts';
import { describeEngines } from './engines.ts';
import { browser, location } from './platform/browser.ts';
import { setOut } from './platform/connect-page.ts';
import { type Google, startGoogle } from './platform/google.ts';
import { type StrictProvider, startStrictProvider } from './platform/strict-provider.ts';
import { type RecordingProxy, startProxy } from './proxy.ts';

const HOUR = 3_600_000;

interface Span {
  start: string;
  end: string;
}

/** The user's walk: the host asks for a link, the browser follows it to the provider and back. */
async function connect(
  { platform, userId }: BothSides,
  slug: string,
  provider: Pick<Google | StrictProvider, 'consent'>,
): Promise<void> {
  const session = {
    externalUserId: 'ada',
    calcomUserId: userId,
    apps: [slug],
    returnUrl: 'https://host.example/done',
  };
  const { url } = await platform.api<{ url: string }>('POST', '/api/keyferry/v1/connect-sessions', session);
  const ada = browser({});
  const back = await provider.consent(ada, await setOut(ada, url));
  expect(location(await ada.get(back))).toContain('keyferry=connected');
}

const credentialsOf = async ({ instance, userId }: BothSides) =>
  (
    await instance.api<{ credentials: { version: number; status: string; refreshedAt: number | null }[] }>(
      'GET',
      `/api/keyferry/v1/credentials?userId=${userId}`,
    )
  ).credentials;

const tokenOf = ({ instance, userId }: BothSides, appSlug: string, more: object = {}) =>
  instance.api<{ access_token: string; expires_at: number }>('POST', '/api/keyferry/v1/access-token', {
    userId,
    appSlug,
    ...more,
  });

describeEngines('a Google Calendar credential travels', engine => {
  async function setUp() {
    let google!: Google;
    let proxy!: RecordingProxy;
    const sides = await startBothSides(engine, async platformUrl => {
      google = await startGoogle(`${platformUrl}/api/connect/callback`);
      proxy = await startProxy(google.url);
      onTestFinished(proxy.close);
      const { 'google-calendar': direct } = google.providers;
      return {
        'google-calendar': { ...direct, tokenEndpoint: `${proxy.url}/oauth2/token`, apiBase: proxy.url },
      };
    });
    const refreshes = () => proxy.seen.filter(({ body }) => body.includes('grant_type=refresh_token')).length;
    return { sides, google, proxy, refreshes };
  }

  test('connect, push, use, expire, refresh, disconnect', async () => {
    const { sides, google, refreshes } = await setUp();
    const { instance, platform, clock, userId } = sides;
    await connect(sides, 'google-calendar', google);
    expect(await platform.role.runOutbox()).toBe(1);
    expect(await credentialsOf(sides)).toMatchObject([{ status: 'working', version: 1 }]);

    const { calendars } = await instance.api<{ calendars: { id: string; primary: boolean }[] }>(
      'GET',
      `/api/keyferry/v1/calendars?userId=${userId}`,
    );
    expect(calendars.some(({ primary }) => primary)).toBe(true);
    const [start, end] = [
      new Date(clock.now() + HOUR).toISOString(),
      new Date(clock.now() + 2 * HOUR).toISOString(),
    ];
    const span = `from=${new Date(clock.now()).toISOString()}&to=${new Date(clock.now() + 5 * HOUR).toISOString()}`;
    const busy = () =>
      instance.api<{ busy: Span[] }>('GET', `/api/keyferry/v1/busy-times?userId=${userId}&${span}`);
    const events = () =>
      instance.api<{ events: { id: string; title: string }[] }>(
        'GET',
        `/api/keyferry/v1/events?userId=${userId}&${span}`,
      );
    const before = (await busy()).busy.length;
    const event = await instance.api<{ id: string; title: string }>('POST', '/api/keyferry/v1/events', {
      userId,
      title: 'A call',
      start,
      end,
    });
    expect((await busy()).busy.length).toBe(before + 1);
    expect((await events()).events).toContainEqual(
      expect.objectContaining({ id: event.id, title: 'A call' }),
    );
    expect(refreshes()).toBe(0);

    const old = await tokenOf(sides, 'google-calendar');
    clock.advance(2 * HOUR);
    await instance.api('DELETE', `/api/keyferry/v1/events/${event.id}?userId=${userId}`);
    expect(refreshes()).toBe(1);
    expect((await events()).events).not.toContainEqual(expect.objectContaining({ id: event.id }));
    const fresh = await tokenOf(sides, 'google-calendar');
    expect(fresh.access_token).not.toBe(old.access_token);
    expect(fresh.expires_at).toBeGreaterThan(clock.now());
    expect(await credentialsOf(sides)).toMatchObject([{ status: 'working', refreshedAt: clock.now() }]);

    const { connections } = await platform.api<{ connections: { id: string }[] }>(
      'GET',
      '/api/keyferry/v1/connections',
    );
    await platform.api('DELETE', `/api/keyferry/v1/connections/${connections[0]?.id}`);
    await platform.role.runOutbox();
    expect(await credentialsOf(sides)).toEqual([]);
  });

  test('a 401 from Google leads to one refresh and one repeat; a 404 and a 500 leave the token alone', async () => {
    const { sides, google, proxy, refreshes } = await setUp();
    const { instance, platform, userId } = sides;
    await connect(sides, 'google-calendar', google);
    await platform.role.runOutbox();
    const list = () => instance.api('GET', `/api/keyferry/v1/calendars?userId=${userId}`);
    const refused = (await tokenOf(sides, 'google-calendar')).access_token;

    for (const status of [404, 500]) {
      proxy.fault = ({ path }) => (path.startsWith('/calendar') ? { status } : null);
      await expect(list()).rejects.toThrow(status === 404 ? 'answered 404' : 'answered 424');
    }
    expect(refreshes()).toBe(0);
    expect((await tokenOf(sides, 'google-calendar')).access_token).toBe(refused);

    proxy.fault = ({ path, headers }) =>
      path.startsWith('/calendar') && headers.authorization === `Bearer ${refused}` ? { status: 401 } : null;
    await Promise.all(Array.from({ length: 10 }, list));
    expect(refreshes()).toBe(1);

    proxy.seen.length = 0;
    proxy.fault = ({ path }) => (path.startsWith('/calendar') ? { status: 401 } : null);
    // The one before was a moment ago: another one now would be one for each call.
    await expect(list()).rejects.toThrow('provider_busy');
    expect(refreshes()).toBe(0);
    proxy.seen.length = 0;
    sides.clock.advance(11_000);
    await expect(list()).rejects.toThrow('provider_refused');
    expect(proxy.seen.filter(({ path }) => path.startsWith('/calendar'))).toHaveLength(2);
    expect(refreshes()).toBe(1);
  });

  test('a grant that was revoked at Google asks for a reconnect, and a reconnect heals it', async () => {
    const { sides, google, proxy } = await setUp();
    const { platform, clock } = sides;
    await connect(sides, 'google-calendar', google);
    await platform.role.runOutbox();
    const [revoked] = await grantsAt(sides);
    clock.advance(2 * HOUR);
    await tokenOf(sides, 'google-calendar');
    const token = new URLSearchParams(proxy.seen.at(-1)?.body).get('refresh_token') ?? '';
    await fetch(`${google.url}/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
    clock.advance(2 * HOUR);
    await expect(tokenOf(sides, 'google-calendar')).rejects.toThrow('needs_reconnect');
    expect(await credentialsOf(sides)).toMatchObject([{ status: 'needs_reconnect' }]);
    await connect(sides, 'google-calendar', google);
    await platform.role.runOutbox();
    expect(await credentialsOf(sides)).toMatchObject([{ status: 'working' }]);
    expect((await tokenOf(sides, 'google-calendar')).access_token).toMatch(/^google_/);
    expect((await grantsAt(sides)).map(({ id }) => id)).toEqual([revoked?.id]);
  });
});

describeEngines('a rotating grant of oidc-provider', engine => {
  test('is refreshed again and again, by many at once, without a token used twice', async () => {
    let strict!: StrictProvider;
    const sides = await startBothSides(engine, async platformUrl => {
      strict = await startStrictProvider(platformUrl);
      return strict.providers;
    });
    await connect(sides, 'zoom', strict);
    await sides.platform.role.runOutbox();
    const seen = new Set([(await tokenOf(sides, 'zoom')).access_token]);
    for (let round = 1; round <= 5; round += 1) {
      sides.clock.advance(2 * HOUR);
      const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(sides, 'zoom')));
      expect(new Set(tokens.map(token => token.access_token)).size).toBe(1);
      seen.add(tokens[0]?.access_token ?? '');
      await sides.platform.role.runOutbox();
    }
    expect(seen.size).toBe(6);
    expect(strict.grants).toEqual(['authorization_code', ...Array(5).fill('refresh_token')]);
  });
});

const grantsAt = async ({ platform }: BothSides) =>
  (await platform.api<{ connections: { id: string }[] }>('GET', '/api/keyferry/v1/connections')).connections;
