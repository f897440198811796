import { expect, test } from 'vitest';
import { createCatalogue, isOAuthApp, type OAuthApp, type ProviderOverrides } from '../../apps/index.ts';
import { authorizationUrl } from './begin-attempt.ts';

const REQUEST = { clientId: 'id', redirectUri: 'https://p.example/api/connect/callback', state: 's' };

function oauthApp(slug: string, overrides: ProviderOverrides = {}): OAuthApp {
  const app = createCatalogue(overrides).get(slug);
  if (app === undefined || !isOAuthApp(app)) throw new Error(`no OAuth app ${slug}`);
  return app;
}

test('the address of the consent page has what the record and the protocol want', () => {
  const google = oauthApp('google-calendar').credential;
  const url = authorizationUrl(google, { ...REQUEST, codeChallenge: 'c' });
  expect(`${url.origin}${url.pathname}`).toBe('https://accounts.google.com/o/oauth2/v2/auth');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    access_type: 'offline',
    prompt: 'consent',
    response_type: 'code',
    client_id: 'id',
    redirect_uri: 'https://p.example/api/connect/callback',
    state: 's',
    scope: google.oauth.scopes.join(' '),
    code_challenge: 'c',
    code_challenge_method: 'S256',
  });
});

test('an address with a query keeps it, and without scopes and PKCE neither is named', () => {
  const zoom = oauthApp('zoom', {
    zoom: { authorizationEndpoint: 'https://z.example/a?tenant=1' },
  }).credential;
  const url = authorizationUrl(zoom, { ...REQUEST, codeChallenge: null });
  expect([...url.searchParams.keys()]).toEqual([
    'tenant',
    'response_type',
    'client_id',
    'redirect_uri',
    'state',
  ]);
});
