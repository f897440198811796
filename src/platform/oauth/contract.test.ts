import { validateAuthResponse } from 'oauth4webapi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { outsideValue } from '../../../test/platform/by-record.ts';
import {
  apps,
  contractGround,
  expiryAt,
  lasting,
  PASSING,
  refreshable,
} from '../../../test/platform/contract-ground.ts';
import { LOOKUP_ANSWERS } from '../../../test/platform/lookup-answers.ts';
import { connectionsOf, pushed } from '../../../test/platform/platform.ts';
import { errorBody } from '../../../test/platform/strict-by-record.ts';
import { createCatalogue, isOAuthApp } from '../../apps/index.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { exchangeCode, oauthClient, redirectUri, refreshTokens } from './index.ts';

test('every OAuth app of the catalogue is here', () => {
  expect(apps.length).toBeGreaterThanOrEqual(22);
  expect(refreshable.length + lasting.length).toBe(apps.length);
});

describe.each(apps)('$slug', app => {
  const { oauth } = app.credential;

  test('is connected, stored and delivered as its record says', async () => {
    const { walked, fake, clock, receiver, platform, stored, logged } = await contractGround(app);
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
      const { walk, fake, platform } = await contractGround(app);
      const outcome = await walk(back => back.searchParams.set(name, 'https://evil.example'));
      expect(outcome).toBe('address_refused');
      expect([fake.granted, fake.refused]).toEqual([[], []]);
      expect(await platform.database.db.selectFrom('connection').selectAll().execute()).toEqual([]);
    },
  );

  test('is revoked when it is disconnected, where its record knows how', async () => {
    const { walked, current, all, fake } = await contractGround(app);
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
    const { walked, fake, clock, stored } = await contractGround(app);
    fake.withhold.expiry = true;
    await walked();
    expect(await stored()).toMatchObject({ expiresAt: expiryAt(app, clock.now(), true) });
  });

  test.each([
    ...PASSING,
    ['invalid_grant', { status: 400, body: errorBody(oauth, 'invalid_grant') }, 'provider_refused'] as const,
  ])('is not connected by %s', async (_, scripted, code) => {
    const { walk, fake, all } = await contractGround(app);
    fake.instead = () => scripted;
    expect(await walk()).toBe(code);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('with a wrong client secret is not connected', async () => {
    const { walk, fake, setKeys } = await contractGround(app);
    await setKeys({ ...fake.keys, [oauth.clientSecret]: `${fake.keys[oauth.clientSecret]}-wrong` });
    expect(await walk()).toBe('provider_client_refused');
    expect(fake.refused).toEqual([expect.stringMatching(/^wrong (client|app) secret$/)]);
  });

  test('is not waited for without an end', async () => {
    const { fake, begin, config, clock } = await contractGround(app);
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
    const refresh = { ...asked, refreshToken: 'r', wire: members, keep, issuedAt: null };
    expect(await refreshTokens(outbound, by, refresh)).toMatchObject({ kind: 'unanswered' });
  });
});
