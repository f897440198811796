import { validateAuthResponse } from 'oauth4webapi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CALCOM_APPS } from '../../../test/calcom-readers.ts';
import { heldClock } from '../../../test/clock.ts';
import { browser } from '../../../test/platform/browser.ts';
import { outsideValue } from '../../../test/platform/by-record.ts';
import { outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
import { LOOKUP_ANSWERS } from '../../../test/platform/lookup-answers.ts';
import {
  CALCOM_USER,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  type PlatformOptions,
  pushed,
  SECRET,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { errorBody, LIFETIME_S, strictByRecord } from '../../../test/platform/strict-by-record.ts';
import { createCatalogue, isOAuthApp, type OAuthApp } from '../../apps/index.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { REJECTED_TOKEN_HEADER, tokenFingerprint } from '../../protocol/index.ts';
import { exchangeCode, oauthClient, redirectUri, refreshTokens } from './index.ts';

const apps = [...createCatalogue().values()].filter(isOAuthApp);
const refreshable = apps.filter(({ credential }) => credential.oauth.refreshable);
const lasting = apps.filter(({ credential }) => !credential.oauth.refreshable);
const lookingUp = apps.filter(({ credential }) => credential.oauth.lookup);

interface Token {
  readonly access_token: string;
}

async function setUp(app: OAuthApp, options: PlatformOptions = {}) {
  const clock = heldClock(Date.now());
  const fake = await strictByRecord(app, clock.now);
  const receiver = await scriptedServer();
  const all = await startPlatform({ providers: fake.providers, webappUrl: receiver.url, clock, ...options });
  const setKeys = async (keys: object) => {
    const response = await all.api('PUT', `/api/keyferry/v1/apps/${app.slug}`, { keys });
    expect([response.status, await response.json()]).toMatchObject([200, { slug: app.slug }]);
  };
  await setKeys(fake.keys);
  const ada = browser({ [PLATFORM_URL]: all.platform.fetch });

  async function begin(): Promise<string> {
    const user = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER, apps: [app.slug] };
    const link = await all.api('POST', '/api/keyferry/v1/connect-sessions', user);
    const { url } = (await link.json()) as { url: string };
    return setOut(ada, url);
  }
  /** Walks to the provider and back. @returns the outcome */
  async function walk(change: (back: URL) => void = () => undefined): Promise<string> {
    const back = new URL(fake.consent(await begin()));
    change(back);
    return outcomeOf(await ada.get(back.href));
  }
  async function walked(): Promise<void> {
    expect([await walk(), fake.refused]).toEqual(['connected', []]);
  }
  async function current(): Promise<string> {
    return ((await (await all.sync(app.slug)).json()) as Token).access_token;
  }
  /** What the platform answers when an instance says that the token is refused. */
  async function renewed(): Promise<Response> {
    const headers = { [REJECTED_TOKEN_HEADER]: tokenFingerprint(await current(), SECRET) };
    return all.sync(app.slug, { headers });
  }
  async function stored() {
    const query = all.platform.database.db.selectFrom('connection');
    return query.select(['status', 'expiresAt', 'version']).executeTakeFirstOrThrow();
  }
  return { ...all, all, fake, receiver, setKeys, begin, walk, walked, current, renewed, stored };
}

/** Epoch milliseconds: what the record makes of an answer. */
function expiryAt({ credential }: OAuthApp, now: number, silent: boolean): number | null {
  const { member, unit, defaultSeconds } = credential.oauth.expiry;
  if (unit === 'none') return null;
  const told = member !== null && !silent;
  if (told)
    return (
      (unit === 's_from_now' || unit === 'unknown' ? now : Math.floor(now / 1000) * 1000) + LIFETIME_S * 1000
    );
  return defaultSeconds === undefined ? null : now + defaultSeconds * 1000;
}

const HTML: Scripted = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };

/** What says nothing about a grant, with the code that it is told by. */
const PASSING: [string, Scripted, string][] = [
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '120' } }, 'provider_busy'],
  ['500', { status: 500, body: 'broken' }, 'provider_failed'],
  ['HTML', HTML, 'provider_malformed'],
  ['a dropped connection', { drop: true }, 'provider_unanswered'],
];

test('every OAuth app of the catalogue is here', () => {
  expect(apps.length).toBeGreaterThanOrEqual(22);
  expect(refreshable.length + lasting.length).toBe(apps.length);
});

describe.each(apps)('$slug', app => {
  const { oauth } = app.credential;

  test('is connected, stored and delivered as its record says', async () => {
    const { walked, fake, clock, receiver, platform, stored, logged } = await setUp(app);
    await walked();
    expect(fake.granted).toEqual(['exchange']);
    expect(await stored()).toMatchObject({
      status: 'connected',
      expiresAt: expiryAt(app, clock.now(), false),
    });
    expect(await platform.runOutbox()).toBe(1);
    const { keys } = pushed(receiver.received[0]?.body ?? '');
    expect(keys).toMatchObject({ access_token: expect.stringMatching(/^access-/) });
    for (const name of [...oauth.travels, ...oauth.callbackMembers]) {
      expect(keys).toHaveProperty([name], outsideValue(app, name));
    }
    expect(fake.lookedUp).toBe(oauth.lookup ? 1 : 0);
    expect(keys).toMatchObject(LOOKUP_ANSWERS[app.slug]?.members ?? {});
    const secrets = [fake.keys[oauth.clientSecret], keys.access_token].map(String);
    for (const secret of secrets) expect(logged.join('\n')).not.toContain(secret);
  });

  test('has nothing in its endpoints but app keys and what it allows', () => {
    const { authorizationEndpoint, tokenEndpoint, refreshEndpoint = '', revocationEndpoint } = oauth;
    const endpoints = [authorizationEndpoint, tokenEndpoint, refreshEndpoint, revocationEndpoint ?? ''];
    const names = endpoints.flatMap(one => [...one.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name));
    const known = [...Object.keys(app.keys.shape), ...Object.keys(oauth.allowed ?? {})];
    expect(known).toEqual(expect.arrayContaining(names));
    const { pathname, host } = new URL(oauth.lookup?.url ?? 'https://none.invalid');
    expect(host).not.toMatch(/[{}]|%7b/i);
    for (const [, name = ''] of decodeURI(pathname).matchAll(/\{([^{}]+)\}/g)) {
      expect([...known, ...oauth.travels]).toContain(name);
    }
    expect(Object.keys(app.keys.shape)).toEqual(expect.arrayContaining([oauth.clientId, oauth.clientSecret]));
    expect(app.publicKeys).not.toContain(oauth.clientSecret);
  });

  test.each(oauth.callbackMembers.filter(name => oauth.allowed?.[name]))(
    'is not connected at a %s that its record does not allow',
    async name => {
      const { walk, fake, platform } = await setUp(app);
      const outcome = await walk(back => back.searchParams.set(name, 'https://evil.example'));
      expect(outcome).toBe('address_refused');
      expect([fake.granted, fake.refused]).toEqual([[], []]);
      expect(await platform.database.db.selectFrom('connection').selectAll().execute()).toEqual([]);
    },
  );

  test('is revoked when it is disconnected, where its record knows how', async () => {
    const { walked, current, all, fake } = await setUp(app);
    await walked();
    const [{ id = '' } = {}] = await connectionsOf(all);
    const token = await current();
    const answer = await all.api('DELETE', `/api/keyferry/v1/connections/${id}`);
    const known = oauth.revocationEndpoint !== null && oauth.revocationEndpoint !== 'unknown';
    expect(await answer.json()).toMatchObject({ revoked: known });
    const wanted = oauth.revoke === 'access_token' ? `access_token ${token}` : /^refresh_token refresh-/;
    expect(fake.revoked).toEqual(known ? [expect.stringMatching(wanted)] : []);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('without an expiry in the answer has the one of its record, or none', async () => {
    const { walked, fake, clock, stored } = await setUp(app);
    fake.withhold.expiry = true;
    await walked();
    expect(await stored()).toMatchObject({ expiresAt: expiryAt(app, clock.now(), true) });
  });

  test.each([
    ...PASSING,
    ['invalid_grant', { status: 400, body: errorBody(oauth, 'invalid_grant') }, 'provider_refused'] as const,
  ])('is not connected by %s', async (_, scripted, code) => {
    const { walk, fake, all } = await setUp(app);
    fake.instead = () => scripted;
    expect(await walk()).toBe(code);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('with a wrong client secret is not connected', async () => {
    const { walk, fake, setKeys } = await setUp(app);
    await setKeys({ ...fake.keys, [oauth.clientSecret]: `${fake.keys[oauth.clientSecret]}-wrong` });
    expect(await walk()).toBe('provider_client_refused');
    expect(fake.refused).toEqual([expect.stringMatching(/^wrong (client|app) secret$/)]);
  });

  test('is not waited for without an end', async () => {
    const { fake, begin, config, clock } = await setUp(app);
    const outbound = createOutbound({ deadlineMs: 100, maxBytes: 10_000, addresses: 'any' });
    onTestFinished(() => outbound.close());
    fake.instead = () => new Promise(() => undefined);
    const back = new URL(fake.consent(await begin()));
    const slow = createCatalogue(fake.providers).get(app.slug);
    if (slow === undefined || !isOAuthApp(slow)) throw new Error('no such app');
    const by = oauthClient(slow, fake.keys);
    const asked = { redirectUri: redirectUri({ config }), now: clock.now };
    const state = back.searchParams.get('state') ?? '';
    const members = Object.fromEntries(oauth.callbackMembers.map(name => [name, outsideValue(app, name)]));
    const parameters = validateAuthResponse(
      { issuer: 'https://i.invalid' },
      by.client,
      back.searchParams,
      state,
    );
    const exchange = { ...asked, parameters, members, verifier: oauth.pkce ? 'v'.repeat(43) : null };
    expect(await exchangeCode(outbound, by, exchange)).toMatchObject({ kind: 'unanswered' });
    if (!oauth.refreshable) return;
    const keep = async () => undefined;
    const refresh = { ...asked, refreshToken: 'r', wire: members, keep };
    expect(await refreshTokens(outbound, by, refresh)).toMatchObject({ kind: 'unanswered' });
  });
});

describe.each(refreshable)('refreshing $slug', app => {
  const { oauth } = app.credential;

  test('gives a new token with all that travels, and delivers it', async () => {
    const { walked, current, renewed, fake, clock, stored, platform, receiver } = await setUp(app);
    await walked();
    const before = await current();
    fake.withhold.travels = true;
    const answer = (await (await renewed()).json()) as Token;
    expect([fake.refused, fake.granted]).toEqual([[], ['exchange', 'refresh']]);
    expect(answer.access_token).not.toBe(before);
    expect(await current()).toBe(answer.access_token);
    expect(await stored()).toMatchObject({ version: 2, expiresAt: expiryAt(app, clock.now(), false) });
    await platform.runOutbox();
    const { keys } = pushed(receiver.received.at(-1)?.body ?? '');
    for (const name of [...oauth.travels, ...oauth.callbackMembers]) {
      expect(answer).toHaveProperty([name], outsideValue(app, name));
      expect(keys).toHaveProperty([name], outsideValue(app, name));
    }
    expect(keys).toMatchObject({ ...LOOKUP_ANSWERS[app.slug]?.members, access_token: answer.access_token });
    expect(fake.lookedUp).toBe(oauth.lookup ? 1 : 0);
  });

  test('uses the newest refresh token each time', async () => {
    const { walked, renewed, fake } = await setUp(app);
    await walked();
    for (let round = 0; round < 3; round += 1) expect((await renewed()).status).toBe(200);
    expect(fake.refused).toEqual([]);
    expect(new Set(fake.refreshTokens).size).toBe(oauth.rotation.rotates === true ? 3 : 1);
  });

  test('keeps its refresh token where the answer has none', async () => {
    const { walked, renewed, fake } = await setUp(app);
    await walked();
    fake.withhold.refreshToken = true;
    for (let round = 0; round < 2; round += 1) expect((await renewed()).status).toBe(200);
    expect(fake.refreshTokens).toHaveLength(2);
    expect(new Set(fake.refreshTokens).size).toBe(1);
  });

  test.each(['invalid_grant', ...oauth.errors.grantDead])('ends with %s', async error => {
    const { walked, renewed, sync, fake, stored } = await setUp(app);
    await walked();
    let asked = 0;
    fake.instead = () => {
      asked += 1;
      return { status: 400, body: errorBody(oauth, error) };
    };
    expect((await renewed()).status).toBe(409);
    expect((await sync(app.slug)).status).toBe(409);
    expect([asked, (await stored()).status]).toEqual([1, 'needs_reconnect']);
  });

  const told = (error: string): Scripted => ({ status: 400, body: errorBody(oauth, error) });
  test.each([
    ...PASSING,
    ...oauth.errors.pause.map(error => [error, told(error), 'provider_busy'] as const),
    ...oauth.errors.clientWrong.map(error => [error, told(error), 'provider_client_refused'] as const),
    ...oauth.errors.policy.map(error => [error, told(error), 'provider_blocked'] as const),
  ])('outlives %s', async (_, scripted, code) => {
    const { walked, renewed, fake, clock, stored } = await setUp(app);
    await walked();
    fake.instead = () => scripted;
    const answer = await renewed();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code });
    if (scripted.headers?.['retry-after'] !== undefined)
      expect(answer.headers.get('retry-after')).toBe('120');
    expect(await stored()).toMatchObject({ status: 'failing', version: 1 });
    fake.instead = null;
    clock.advance(Number(answer.headers.get('retry-after')) * 1000 + 60_000);
    expect((await renewed()).status).toBe(200);
    expect(await stored()).toMatchObject({ status: 'connected', version: 2 });
  });

  test('outlives a wrong client secret', async () => {
    const { walked, renewed, fake, setKeys, stored } = await setUp(app);
    await walked();
    await setKeys({ ...fake.keys, [oauth.clientSecret]: `${fake.keys[oauth.clientSecret]}-wrong` });
    expect(await (await renewed()).json()).toMatchObject({ code: 'provider_client_refused' });
    expect(fake.refused).toEqual([expect.stringMatching(/^wrong (client|app) secret$/)]);
    await setKeys(fake.keys);
    expect((await renewed()).status).toBe(200);
    expect(await stored()).toMatchObject({ status: 'connected', version: 2 });
  });
});

describe.each(lasting)('$slug, which is never refreshed', app => {
  test('serves its token until it is refused, and then wants the user', async () => {
    const { walked, current, renewed, fake, clock, stored } = await setUp(app);
    await walked();
    const token = await current();
    clock.advance(400 * 86_400_000);
    expect(await current()).toBe(token);
    expect((await renewed()).status).toBe(409);
    expect(fake.granted).toEqual(['exchange']);
    expect(await stored()).toMatchObject({ status: 'needs_reconnect' });
  });
});

test('there is an answer for every look-up of the catalogue', () => {
  expect(new Set(lookingUp.map(({ slug }) => slug))).toEqual(new Set(Object.keys(LOOKUP_ANSWERS)));
});

describe.each(lookingUp)('the look-up of $slug', app => {
  const { lookup } = app.credential.oauth;
  const { members, useless } = LOOKUP_ANSWERS[app.slug] ?? {};

  test("gives the members that its record names, and Cal.com's reader its key", async () => {
    expect(Object.keys(members ?? {})).toEqual(lookup?.members);
    const { walked, platform, receiver, clock } = await setUp(app, { targetKind: 'calcom' });
    await walked();
    await platform.runOutbox();
    const { keys } = pushed(receiver.received[0]?.body ?? '');
    expect(typeof keys === 'string' ? JSON.parse(keys) : keys).toMatchObject(members ?? {});
    const reader = CALCOM_APPS[app.slug];
    expect(reader?.readKey(keys, clock.now()).accessToken).toMatch(/^access-/);
  });

  test.each([
    ...PASSING,
    [
      '401',
      { status: 401 },
      lookup?.authentication === 'token' ? 'provider_refused' : 'provider_client_refused',
    ],
    ['403', { status: 403 }, 'provider_refused'],
    ['an answer without what is needed', { body: useless ?? {} }, 'provider_malformed'],
    ['a list', { body: [] }, 'provider_malformed'],
  ] as [string, Scripted, string][])(
    'keeps from connecting by %s, until it is tried again',
    async (_, scripted, code) => {
      const { walk, walked, fake, platform, all, receiver } = await setUp(app);
      fake.insteadOfLookup = () => scripted;
      expect(await walk()).toBe(code);
      expect(await platform.database.db.selectFrom('connection').selectAll().execute()).toEqual([]);
      expect([await platform.runOutbox(), receiver.received]).toEqual([0, []]);
      fake.insteadOfLookup = null;
      await walked();
      expect(await connectionsOf(all)).toHaveLength(1);
    },
  );
});
