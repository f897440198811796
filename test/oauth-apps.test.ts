import { describe, expect, test } from 'vitest';
import { createCatalogue, isOAuthApp, type OAuthApp } from '../src/apps/index.ts';
import { credentialIdentity } from '../src/instance/store/index.ts';
import { open, parseKeyring } from '../src/lib/sealed-box.ts';
import { type BothSides, startBothSides } from './both-sides.ts';
import { CALCOM_APPS, type Reading } from './calcom-readers.ts';
import { heldClock } from './clock.ts';
import { engines } from './engines.ts';
import { type Browser, browser, location } from './platform/browser.ts';
import { outsideValue } from './platform/by-record.ts';
import { setOut } from './platform/connect-page.ts';
import { CALCOM_USER, PLATFORM_URL, pushed, SECRET, startPlatform } from './platform/platform.ts';
import { scriptedServer } from './platform/server.ts';
import { type StrictByRecord, strictByRecord } from './platform/strict-by-record.ts';

const apps = [...createCatalogue().values()].filter(isOAuthApp);
const refreshable = apps.filter(({ credential }) => credential.oauth.refreshable);
const lasting = apps.filter(({ credential }) => !credential.oauth.refreshable);
const sqlite = engines.filter(({ name }) => name === 'sqlite');
const KEYRING = parseKeyring(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const RETURN_URL = 'https://host.example/done';
const DAY_MS = 86_400_000;

interface World extends BothSides {
  readonly app: OAuthApp;
  readonly provider: StrictByRecord;
}

test('all 22 OAuth apps of the catalogue are here', () => {
  expect(apps).toHaveLength(22);
  expect(refreshable.length + lasting.length).toBe(apps.length);
});

describe.each(sqlite)('on $name', engine => {
  /** Both sides, and a provider as strict as the app's record; connected by a browser, not yet delivered. */
  async function connected(app: OAuthApp): Promise<World> {
    let now = Date.now;
    const provider = await strictByRecord(app, () => now());
    const sides = await startBothSides(engine, async () => provider.providers, {
      instance: { keyring: KEYRING },
      // Some apps have their provider's address in their keys: here it is this machine's.
      platform: { allowPrivateAddresses: true },
    });
    now = sides.clock.now;
    const { instance, platform, userId } = sides;
    await instance.api('PUT', `/api/keyferry/v1/apps/${app.slug}`, { enabled: true });
    await platform.api('PUT', `/api/keyferry/v1/apps/${app.slug}`, { keys: provider.keys });
    const { url } = await platform.api<{ url: string }>('POST', '/api/keyferry/v1/connect-sessions', {
      externalUserId: 'ada',
      calcomUserId: userId,
      apps: [app.slug],
      returnUrl: RETURN_URL,
    });
    await walk(browser({}), url, provider);
    return { ...sides, app, provider };
  }

  describe.each(apps)('$name', app => {
    const { slug, type } = app;
    const { oauth } = app.credential;

    test('is connected, delivered, stored sealed, read by its schema, and disconnected', async () => {
      const world = await connected(app);
      const { platform, instance, provider, userId } = world;
      expect(await rowsOf(world)).toEqual([]);
      expect(await platform.role.runOutbox()).toBe(1);

      const [row, ...others] = await rowsOf(world);
      expect(row).toMatchObject({ type, appId: slug, userId, status: 'working', version: 1 });
      expect(others).toEqual([]);
      const text = JSON.stringify(row);
      expect(text).not.toMatch(/(access|refresh|code)-\d/);
      for (const value of Object.values(travelling(app))) expect(text).not.toContain(value);

      const wire = await opened(world);
      expectWhole(app, wire);
      expect(wire).not.toHaveProperty('refresh_token');

      // The provider has made one token for each grant, and no two alike.
      const { accessToken, expiresAt } = await instance.role.accessToken({ userId, appSlug: slug });
      expect(accessToken).toMatch(/^access-\d+$/);
      expect(wire).toMatchObject({ access_token: accessToken });
      expect(expiresAt).toBe(row?.expiresAt);
      expect(provider.granted).toEqual(['exchange']);

      const { id } = await connectionOf(world);
      const answer = await platform.api('DELETE', `/api/keyferry/v1/connections/${id}`);
      const known = oauth.revocationEndpoint !== null && oauth.revocationEndpoint !== 'unknown';
      const reason = known ? null : expect.stringContaining('provider');
      expect(answer).toMatchObject({ revoked: known, reason, deliveries: 1 });
      const refreshToken = expect.stringMatching(/^refresh_token refresh-\d+$/);
      const ended = oauth.revoke === 'access_token' ? `access_token ${accessToken}` : refreshToken;
      expect(provider.revoked).toEqual(known ? [ended] : []);
      expect(await platform.role.runOutbox()).toBe(1);
      expect(await rowsOf(world)).toEqual([]);
      const asked = instance.role.accessToken({ userId, appSlug: slug });
      await expect(asked).rejects.toMatchObject({ code: 'credential_not_found' });
      const nothing = await syncAnswer(world);
      expect([nothing.status, await nothing.json()]).toMatchObject([404, { code: 'connection_not_found' }]);
      expect(provider.refused).toEqual([]);
    });
  });

  describe.each(refreshable)('$name, which is refreshed', app => {
    const { slug } = app;

    test('gets its next token through the sync endpoint once the first has ended', async () => {
      const world = await connected(app);
      const { platform, instance, provider, clock, userId } = world;
      await platform.role.runOutbox();
      const first = await instance.role.accessToken({ userId, appSlug: slug });
      expect(first.expiresAt).toBeGreaterThan(clock.now());
      clock.advance((first.expiresAt ?? 0) - clock.now());
      // Answers to a refresh seldom repeat what belongs to the account.
      provider.withhold.travels = true;

      const second = await instance.role.accessToken({ userId, appSlug: slug });
      expect(second.accessToken).toMatch(/^access-\d+$/);
      expect(second.accessToken).not.toBe(first.accessToken);
      expect(second.expiresAt).toBeGreaterThan(clock.now());
      expect([provider.granted, provider.refused]).toEqual([['exchange', 'refresh'], []]);
      expect(await rowsOf(world)).toMatchObject([
        { version: 2, status: 'working', refreshedAt: clock.now() },
      ]);

      // The push that follows brings the same once more.
      expect(await platform.role.runOutbox()).toBe(1);
      expect(await instance.role.accessToken({ userId, appSlug: slug })).toEqual(second);
      const wire = await opened(world);
      expectWhole(app, wire);
      expect(wire).toMatchObject({ access_token: second.accessToken });
      expect(JSON.stringify(await rowsOf(world))).not.toMatch(/(access|refresh)-\d/);
      expect(provider.granted).toEqual(['exchange', 'refresh']);
      expect(await connectionOf(world)).toMatchObject({ status: 'connected', expiresAt: second.expiresAt });
    });

    test('gets another token when its provider refuses one before its end', async () => {
      const world = await connected(app);
      const { platform, instance, provider, userId } = world;
      await platform.role.runOutbox();
      const { accessToken: rejectedToken } = await instance.role.accessToken({ userId, appSlug: slug });
      const other = await instance.role.accessToken({ userId, appSlug: slug, rejectedToken });
      expect(other.accessToken).toMatch(/^access-\d+$/);
      expect(other.accessToken).not.toBe(rejectedToken);
      expect([provider.granted, provider.refused]).toEqual([['exchange', 'refresh'], []]);
    });
  });

  describe.each(lasting)('$name, which is never refreshed', app => {
    const { slug } = app;

    test('gives its one token for years, and wants the user when the provider refuses it', async () => {
      const world = await connected(app);
      const { platform, instance, provider, clock, userId } = world;
      await platform.role.runOutbox();
      const first = await instance.role.accessToken({ userId, appSlug: slug });
      expect(first.expiresAt).toBeNull();
      clock.advance(2_000 * DAY_MS);
      expect(await instance.role.accessToken({ userId, appSlug: slug })).toEqual(first);

      const { accessToken: rejectedToken } = first;
      const asked = instance.role.accessToken({ userId, appSlug: slug, rejectedToken });
      await expect(asked).rejects.toMatchObject({ code: 'needs_reconnect' });
      expect(await rowsOf(world)).toMatchObject([{ status: 'needs_reconnect' }]);
      expect([provider.granted, provider.refused]).toEqual([['exchange'], []]);
    });
  });
});

describe.each(apps)('$name, to a Cal.com', app => {
  const { slug } = app;
  const reader = CALCOM_APPS[slug];

  test('is pushed, and answered, as its own code reads it', async () => {
    const clock = heldClock(Date.now());
    const provider = await strictByRecord(app, clock.now);
    const seen: { key: unknown; reading: Reading | undefined }[] = [];
    // As Cal.com: what cannot be decrypted is answered 400. What its code could not use is, too.
    const calcom = await scriptedServer(({ body }) => {
      try {
        const { keys } = pushed(body);
        seen.push({ key: keys, reading: reader?.readKey(keys, clock.now()) });
        return { status: 200 };
      } catch (error) {
        return { status: 400, body: { message: String(error) } };
      }
    });
    const { platform, api, sync } = await startPlatform({
      targetKind: 'calcom',
      webappUrl: calcom.url,
      providers: provider.providers,
      allowPrivateAddresses: true,
      clock,
    });
    await api('PUT', `/api/keyferry/v1/apps/${slug}`, { keys: provider.keys });
    const user = { externalUserId: 'ada', calcomUserId: CALCOM_USER };
    const session = { ...user, apps: [slug], returnUrl: RETURN_URL };
    const link = await api('POST', '/api/keyferry/v1/connect-sessions', session);
    const { url } = (await link.json()) as { url: string };
    await walk(browser({ [PLATFORM_URL]: platform.fetch }), url, provider);
    await platform.runOutbox();
    const { deliveries } = (await (await api('GET', '/api/keyferry/v1/deliveries')).json()) as {
      deliveries: object[];
    };
    expect(deliveries).toMatchObject([{ state: 'done', lastStatus: 200, lastError: null }]);
    const [{ key, reading } = {}] = seen;
    expect(reading?.accessToken).toMatch(/^access-\d+$/);

    if (!reader?.readReply) return;
    expect(reading?.ends).toBeGreaterThan(clock.now());
    clock.advance((reading?.ends ?? 0) - clock.now());
    const answer = await (await sync(slug)).json();
    const next = reader.readKey(reader.readReply(answer, key, clock.now()), clock.now());
    expect(next.accessToken).toMatch(/^access-\d+$/);
    expect(next.accessToken).not.toBe(reading?.accessToken);
    expect(next.ends).toBeGreaterThan(clock.now());
    expect([provider.granted, provider.refused]).toEqual([['exchange', 'refresh'], []]);
  });
});

/** A user's way from the one-time link to the provider, and back to the host. */
async function walk(ada: Browser, url: string, provider: StrictByRecord): Promise<void> {
  const back = provider.consent(await setOut(ada, url));
  expect(location(await ada.get(back))).toContain(`${RETURN_URL}?keyferry=connected&`);
  expect([provider.granted, provider.refused]).toEqual([['exchange'], []]);
}

/** The instance's rows of this app. */
async function rowsOf({ instance, app }: World) {
  const { db } = instance.role.database;
  return db.selectFrom('Credential').selectAll().where('appId', '=', app.slug).execute();
}

/** What the instance's one row holds. */
async function opened(world: World): Promise<unknown> {
  const [row] = await rowsOf(world);
  if (row === undefined) throw new Error(`no credential for ${world.app.slug}`);
  return JSON.parse(open(KEYRING, row.sealedKey, credentialIdentity(row)));
}

async function connectionOf({ platform }: World) {
  const { connections } = await platform.api<{ connections: { id: string }[] }>(
    'GET',
    '/api/keyferry/v1/connections',
  );
  expect(connections).toHaveLength(1);
  return { ...connections[0] };
}

/** What the sync endpoint answers to whoever asks as the instance does. */
async function syncAnswer({ platform, app, userId }: World): Promise<Response> {
  return fetch(`${platform.url}/api/sync`, {
    method: 'POST',
    headers: { 'calcom-webhook-secret': SECRET },
    body: new URLSearchParams({ calcomUserId: String(userId), appSlug: app.slug }),
  });
}

/** What the provider gives beside the tokens and must arrive, by name. */
function travelling(app: OAuthApp): Record<string, string> {
  const { travels, callbackMembers } = app.credential.oauth;
  return Object.fromEntries([...travels, ...callbackMembers].map(name => [name, outsideValue(app, name)]));
}

/** What its schema takes as it is, with all that belongs to the account. */
function expectWhole(app: OAuthApp, wire: unknown): void {
  const { schema, oauth } = app.credential;
  expect(schema.parse(wire)).toEqual(wire);
  expect(wire).toMatchObject(travelling(app));
  for (const name of oauth.lookup?.members ?? []) expect(wire).toHaveProperty([name]);
}
