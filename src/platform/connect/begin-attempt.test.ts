import { expect, test } from 'vitest';
import { createCatalogue } from '../../apps/index.ts';
import { authorizationUrl } from './begin-attempt.ts';

const REQUEST = { clientId: 'id', redirectUri: 'https://p.example/api/connect/callback', state: 's' };

test('the address of the consent page has what the record and the protocol want', () => {
  const google = createCatalogue().get('google-calendar');
  if (google === undefined) throw new Error('no such app');
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
  const zoom = createCatalogue({ zoom: { authorizationEndpoint: 'https://z.example/a?tenant=1' } }).get(
    'zoom',
  );
  if (zoom === undefined) throw new Error('no such app');
  const url = authorizationUrl(zoom, { ...REQUEST, codeChallenge: null });
  expect([...url.searchParams.keys()]).toEqual([
    'tenant',
    'response_type',
    'client_id',
    'redirect_uri',
    'state',
  ]);
});
