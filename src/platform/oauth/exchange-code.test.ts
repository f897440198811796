import { validateAuthResponse } from 'oauth4webapi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { sampleKeys } from '../../../test/platform/by-record.ts';
import { strictByRecord } from '../../../test/platform/strict-by-record.ts';
import { createCatalogue, isOAuthApp, type OAuthApp, type OAuthDefinition } from '../../apps/index.ts';
import { createOutbound, OutboundError } from '../../lib/outbound.ts';
import { authorizationUrl } from '../connect/begin-attempt.ts';
import { exchangeCode, oauthClient, refreshTokens } from './index.ts';

const REDIRECT_URI = 'http://platform.test/api/connect/callback';
const STEP = {
  endpoint: 'https://provider.example/app-token',
  body: { app_id: 'client_id', app_secret: 'client_secret' },
  member: 'app_access_token',
} as const;

/** Zoom's record with other rules, its addresses at `url`. */
function appWith(changes: Partial<OAuthDefinition>, url = 'https://provider.example'): OAuthApp {
  const zoom = createCatalogue().get('zoom');
  if (zoom === undefined || !isOAuthApp(zoom)) throw new Error('no such app');
  const endpoints = { authorizationEndpoint: `${url}/authorize`, tokenEndpoint: `${url}/token` };
  const oauth = { ...zoom.credential.oauth, pkce: false, ...endpoints, ...changes };
  return { ...zoom, credential: { ...zoom.credential, oauth } };
}

/** An exchange and a refresh at a provider that is as strict as the rules. */
async function bothSteps(changes: Partial<OAuthDefinition>) {
  const outbound = createOutbound({ deadlineMs: 5_000, maxBytes: 10_000, addresses: 'any' });
  onTestFinished(() => outbound.close());
  const clock = heldClock();
  const fake = await strictByRecord(appWith(changes), clock.now);
  const { tokenEndpoint = '', authorizationEndpoint = '', ...moved } = fake.overrides;
  const { appTokenEndpoint, refreshEndpoint } = moved;
  const app = appWith({
    ...changes,
    authorizationEndpoint,
    tokenEndpoint,
    ...(refreshEndpoint ? { refreshEndpoint } : {}),
    ...(changes.appToken && appTokenEndpoint
      ? { appToken: { ...changes.appToken, endpoint: appTokenEndpoint } }
      : {}),
  });
  const by = oauthClient(app, fake.keys);
  const page = authorizationUrl(app.credential, {
    clientId: by.client.client_id,
    redirectUri: REDIRECT_URI,
    state: 's',
    codeChallenge: null,
  });
  const query = new URL(fake.consent(page.href)).searchParams;
  const parameters = validateAuthResponse({ issuer: 'https://i.invalid' }, by.client, query, 's');
  const asked = { redirectUri: REDIRECT_URI, now: clock.now, keep, issuedAt: null };
  const exchanged = await exchangeCode(outbound, by, { ...asked, parameters, members: {}, verifier: null });
  if (exchanged.kind !== 'tokens') return { fake, outcomes: [exchanged] };
  const refreshed = await refreshTokens(outbound, by, { ...asked, ...exchanged.credential });
  return { fake, outcomes: [exchanged, refreshed] };
}

const keep = async () => undefined;
const FORMATS = ['form', 'json', 'query'] as const;
const WAYS = ['body', 'basic', 'query', 'app_token', 'secret_bearer'] as const;

describe.each(FORMATS)('requests as %s', requestFormat => {
  test.each(WAYS)('go with a client that authenticates by %s', async clientAuthentication => {
    const step = clientAuthentication === 'app_token' ? { appToken: STEP } : {};
    const { fake, outcomes } = await bothSteps({ requestFormat, clientAuthentication, ...step });
    expect(fake.refused).toEqual([]);
    expect(outcomes).toMatchObject([{ kind: 'tokens' }, { kind: 'tokens' }]);
  });
});

describe('oddities of a record', () => {
  test.each<[string, Partial<OAuthDefinition>]>([
    [
      'parameters in the place of grant_type',
      {
        grantType: false,
        tokenParameters: {
          exchange: { type: 'web_server' },
          refresh: { type: 'refresh', redirect_uri: '{redirect_uri}', code: '{refresh_token}' },
        },
      },
    ],
    ['a refresh at another address', { refreshEndpoint: 'https://provider.example/refresh' }],
    ['a refresh in another format', { requestFormat: 'json', refreshFormat: 'query' }],
    ['an envelope', { envelope: 'data' }],
    ['an expiry as an epoch', { expiry: { member: 'ends', unit: 'epoch_s' } }],
  ])('%s', async (_, changes) => {
    const { fake, outcomes } = await bothSteps(changes);
    expect([fake.refused, fake.granted]).toEqual([[], ['exchange', 'refresh']]);
    expect(outcomes).toMatchObject([{ kind: 'tokens' }, { kind: 'tokens' }]);
  });
});

test('a fake of other rules refuses', async () => {
  const keys = sampleKeys('https://provider.example', appWith({}));
  expect(Object.keys(keys)).toEqual(['client_id', 'client_secret']);
  const outbound = createOutbound({ deadlineMs: 5_000, maxBytes: 10_000, addresses: 'any' });
  onTestFinished(() => outbound.close());
  const strict = appWith({ clientAuthentication: 'basic' });
  const fake = await strictByRecord(strict, heldClock().now);
  const { tokenEndpoint = '' } = fake.overrides;
  const asked = {
    refreshToken: 'r',
    wire: {},
    redirectUri: REDIRECT_URI,
    now: heldClock().now,
    keep,
    issuedAt: null,
  };
  const refusals: Partial<OAuthDefinition>[] = [
    { clientAuthentication: 'body' },
    { clientAuthentication: 'query' },
    { requestFormat: 'json' },
    { requestFormat: 'query' },
    { grantType: false },
    { tokenParameters: { exchange: {}, refresh: { more: '1' } } },
    { tokenEndpoint: `${tokenEndpoint}/` },
  ];
  for (const changes of refusals) {
    const by = oauthClient(appWith({ clientAuthentication: 'basic', tokenEndpoint, ...changes }), fake.keys);
    expect(await refreshTokens(outbound, by, asked)).toMatchObject({
      kind: expect.stringMatching(/client|request/),
    });
  }
  expect(fake.refused).toHaveLength(refusals.length);
  expect(fake.granted).toEqual([]);
});

describe('an app token', () => {
  test.each([
    [200, { code: 10014, msg: 'app secret invalid' }, 'request'],
    [400, { error: 'invalid_grant' }, 'client'],
    [500, 'broken', 'failed'],
    [200, '<html>', 'malformed'],
    [200, { code: 0 }, 'malformed'],
    [200, { code: 0, app_access_token: 'a\nb' }, 'malformed'],
  ])('that is answered with %i %j says nothing of the grant', async (status, body, kind) => {
    const asked: string[] = [];
    const app = appWith({ clientAuthentication: 'app_token', appToken: STEP });
    const by = oauthClient(app, { client_id: 'id', client_secret: 'secret' });
    const outbound = async (url: string) => {
      asked.push(url);
      return { status, headers: new Headers(), body: typeof body === 'string' ? body : JSON.stringify(body) };
    };
    const grant = {
      refreshToken: 'r',
      wire: {},
      redirectUri: REDIRECT_URI,
      now: heldClock().now,
      keep,
      issuedAt: null,
    };
    expect(await refreshTokens(outbound, by, grant)).toMatchObject({ kind });
    expect(asked).toEqual([STEP.endpoint]);
  });
});

test('an app token that does not come says that nothing was asked of the grant', async () => {
  const app = appWith({ clientAuthentication: 'app_token', appToken: STEP });
  const by = oauthClient(app, { client_id: 'id', client_secret: 'secret' });
  const outbound = () => Promise.reject(new OutboundError('timeout', 'no answer', true));
  const grant = {
    refreshToken: 'r',
    wire: {},
    redirectUri: REDIRECT_URI,
    now: heldClock().now,
    keep,
    issuedAt: null,
  };
  const outcome = await refreshTokens(outbound, by, grant);
  expect(outcome).toEqual({ kind: 'unreachable', reason: 'no answer', retryAfterMs: null });
});

test('a grant that cannot be refreshed is over, and nobody is asked', async () => {
  const outbound = async () => Promise.reject(new Error('nobody is asked'));
  const grant = { wire: {}, redirectUri: REDIRECT_URI, now: heldClock().now, keep, issuedAt: null };
  const keys = { client_id: 'id', client_secret: 'secret' };
  const lasting = oauthClient(appWith({ refreshable: false }), keys);
  const without = oauthClient(appWith({}), keys);
  expect(await refreshTokens(outbound, lasting, { ...grant, refreshToken: 'r' })).toMatchObject({
    kind: 'grant',
  });
  expect(await refreshTokens(outbound, without, { ...grant, refreshToken: null })).toMatchObject({
    kind: 'grant',
  });
});

test('a record that names keys which are not there is told by its slug', () => {
  expect(() =>
    oauthClient(appWith({ clientId: 'consumer_key' }), { client_id: 'id', client_secret: 's' }),
  ).toThrow(expect.objectContaining({ code: 'app_keys_missing' }));
});
