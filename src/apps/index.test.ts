import { describe, expect, test } from 'vitest';
import { createCatalogue } from './index.ts';

const apps = [...createCatalogue().values()];

describe.each(apps)('the record of $slug', app => {
  test('has addresses over TLS', () => {
    const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = app.oauth;
    for (const address of [authorizationEndpoint, tokenEndpoint, revocationEndpoint, app.apiBase]) {
      if (address !== null) expect(new URL(address).protocol).toBe('https:');
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
    const overridden = createCatalogue({
      'google-calendar': { tokenEndpoint: 'http://localhost:4000/token', apiBase: 'http://localhost:4000' },
    });
    const [google, plain] = [overridden, createCatalogue()].map(catalogue =>
      catalogue.get('google-calendar'),
    );
    expect(google).toEqual({
      ...plain,
      apiBase: 'http://localhost:4000',
      oauth: { ...plain?.oauth, tokenEndpoint: 'http://localhost:4000/token' },
      keys: google?.keys,
    });
    expect(overridden.get('zoom')?.oauth).toEqual(createCatalogue().get('zoom')?.oauth);
  });

  test('can be without a revocation endpoint', () => {
    const overridden = createCatalogue({ zoom: { revocationEndpoint: null } });
    expect(overridden.get('zoom')?.oauth.revocationEndpoint).toBeNull();
  });
});

test('a single redirect address of Google counts as a list of one', () => {
  const google = createCatalogue().get('google-calendar');
  const keys = { client_id: 'id', client_secret: 'secret', redirect_uris: 'https://example.com/callback' };
  expect(google?.keys.parse(keys)).toEqual({ ...keys, redirect_uris: ['https://example.com/callback'] });
  expect(google?.keys.safeParse({ ...keys, redirect_uris: 'no address' }).success).toBe(false);
});
