import { describe, expect, test } from 'vitest';
import { createCatalogue, isOAuthApp, type OAuthApp, type ProviderOverrides } from './index.ts';

const apps = [...createCatalogue().values()].filter(isOAuthApp);

function oauthApp(slug: string, overrides: ProviderOverrides = {}): OAuthApp {
  const app = createCatalogue(overrides).get(slug);
  if (app === undefined || !isOAuthApp(app)) throw new Error(`no OAuth app ${slug}`);
  return app;
}

describe.each(apps)('the record of $slug', app => {
  test('has addresses over TLS', () => {
    const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = app.credential.oauth;
    for (const address of [
      authorizationEndpoint,
      tokenEndpoint,
      revocationEndpoint,
      app.credential.apiBase,
    ]) {
      if (address !== null && address !== 'unknown') expect(new URL(address).protocol).toBe('https:');
    }
  });

  test('shows no secret of its keys', () => {
    const names = Object.keys(app.keys.shape);
    for (const name of app.publicKeys) {
      expect(names).toContain(name);
      expect(name).not.toMatch(/secret|token|password/);
    }
  });

  test('takes a client id and secret, and neither without the other', () => {
    const keys = { client_id: 'id', client_secret: 'secret' };
    expect(app.keys.parse(keys)).toEqual(keys);
    for (const wrong of [
      {},
      { client_id: 'id' },
      { client_secret: 's' },
      { client_id: '', client_secret: 's' },
    ]) {
      expect(app.keys.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('the catalogue', () => {
  test.each(['slug', 'dirName', 'type'] as const)('has each %s once', member => {
    const values = apps.map(app => app[member]);
    expect(new Set(values).size).toBe(values.length);
  });

  test("has Cal.com's names", () => {
    const names = apps.map(({ slug, type, dirName }) => [slug, type, dirName]);
    expect(names).toContainEqual(['google-calendar', 'google_calendar', 'googlecalendar']);
    expect(names).toContainEqual(['zoom', 'zoom_video', 'zoomvideo']);
  });

  test('takes the addresses that the operator configured, for that app alone', () => {
    const override = { tokenEndpoint: 'http://localhost:4000/token', apiBase: 'http://localhost:4000' };
    const { credential } = oauthApp('google-calendar', { 'google-calendar': override });
    const { oauth } = oauthApp('google-calendar').credential;
    expect(credential.apiBase).toBe('http://localhost:4000');
    expect(credential.oauth).toEqual({ ...oauth, tokenEndpoint: 'http://localhost:4000/token' });
    expect(oauthApp('zoom', { 'google-calendar': override })).toEqual(oauthApp('zoom'));
  });

  test('can be without a revocation endpoint', () => {
    const { oauth } = oauthApp('zoom', { zoom: { revocationEndpoint: null } }).credential;
    expect(oauth.revocationEndpoint).toBeNull();
  });
});

test('a single redirect address of Google counts as a list of one', () => {
  const google = createCatalogue().get('google-calendar');
  const keys = { client_id: 'id', client_secret: 'secret', redirect_uris: 'https://example.com/callback' };
  expect(google?.keys.parse(keys)).toEqual({ ...keys, redirect_uris: ['https://example.com/callback'] });
  expect(google?.keys.safeParse({ ...keys, redirect_uris: 'no address' }).success).toBe(false);
});
