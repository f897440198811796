import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  byDirName,
  bySlug,
  byType,
  createCatalogue,
  isFormApp,
  isOAuthApp,
  type OAuthApp,
  type ProviderOverrides,
} from './index.ts';

const apps = [...createCatalogue().values()];
/** Each app's slug, folder, type and kind of credential at Cal.com. */
const NAMES: readonly (readonly string[])[] = JSON.parse(
  readFileSync(new URL('names.json', import.meta.url), 'utf8'),
);

function oauthApp(slug: string, overrides: ProviderOverrides = {}): OAuthApp {
  const app = createCatalogue(overrides).get(slug);
  if (app === undefined || !isOAuthApp(app)) throw new Error(`no OAuth app ${slug}`);
  return app;
}

describe('the catalogue', () => {
  test("has Cal.com's apps by their names, and no other", () => {
    const names = apps.map(({ slug, dirName, type, credential }) => [slug, dirName, type, credential.kind]);
    expect(new Set(names.map(String))).toEqual(new Set(NAMES.map(String)));
    expect(names).toHaveLength(108);
  });

  test('counts what its apps hold', () => {
    const kinds = Object.groupBy(apps, app => app.credential.kind);
    expect(Object.fromEntries(Object.entries(kinds).map(([kind, { length }]) => [kind, length]))).toEqual({
      none: 68,
      oauth2: 22,
      basic: 5,
      api_key: 3,
      admin_api_key: 3,
      calcom_api_key: 2,
      oauth2_setup_only: 1,
      identity_token: 1,
      url_list: 1,
      oauth2_client_credentials: 1,
      external_user_id: 1,
    });
  });

  test('counts its categories', () => {
    const categories = apps.flatMap(app => app.categories);
    const counts = Object.groupBy(categories, category => category);
    expect(Object.fromEntries(Object.entries(counts).map(([name, { length }]) => [name, length]))).toEqual({
      conferencing: 29,
      automation: 24,
      calendar: 14,
      other: 13,
      analytics: 12,
      crm: 7,
      payment: 6,
      messaging: 3,
      video: 1,
    });
  });

  test.each(['slug', 'dirName', 'type'] as const)('has each %s once', member => {
    const values = apps.map(app => app[member]);
    expect(new Set(values).size).toBe(values.length);
  });

  test('finds each app by its slug, its folder and its type, and nothing by anything else', () => {
    const catalogue = createCatalogue();
    for (const [slug = '', dirName = '', type = ''] of NAMES) {
      const app = catalogue.get(slug);
      expect(app).toBeDefined();
      expect([bySlug(catalogue, slug), byDirName(catalogue, dirName), byType(catalogue, type)]).toEqual([
        app,
        app,
        app,
      ]);
    }
    expect(byDirName(catalogue, 'office365video')?.slug).toBe('msteams');
    expect(byType(catalogue, 'office365_video')?.slug).toBe('msteams');
    for (const find of [bySlug, byDirName, byType]) expect(find(catalogue, 'constructor')).toBeUndefined();
  });

  test('takes the addresses that the operator configured, for that app alone', () => {
    const override = { tokenEndpoint: 'http://localhost:4000/token', apiBase: 'http://localhost:4000' };
    const { credential } = oauthApp('google-calendar', { 'google-calendar': override });
    const { oauth } = oauthApp('google-calendar').credential;
    expect(credential.apiBase).toBe('http://localhost:4000');
    expect(credential.oauth).toEqual({ ...oauth, tokenEndpoint: 'http://localhost:4000/token' });
    expect(oauthApp('zoom', { 'google-calendar': override })).toEqual(oauthApp('zoom'));
  });

  test('moves a look-up where there is one', () => {
    const override = { lookupEndpoint: 'http://localhost:4000/me' };
    const [intercom, zoom] = ['intercom', 'zoom'].map(slug => oauthApp(slug, { [slug]: override }));
    expect(intercom?.credential.oauth.lookup).toMatchObject({
      url: 'http://localhost:4000/me',
      authentication: 'token',
    });
    expect(zoom).toEqual(oauthApp('zoom'));
  });

  test('can be without a revocation endpoint', () => {
    const { oauth } = oauthApp('zoom', { zoom: { revocationEndpoint: null } }).credential;
    expect(oauth.revocationEndpoint).toBeNull();
  });
});

describe.each(apps)('$slug', app => {
  test('says what it is', () => {
    expect(app.slug).toMatch(/^[a-z0-9_-]+$/);
    for (const said of [app.name, app.type, app.variant, app.description]) expect(said).not.toBe('');
  });

  test('shows no secret of its keys', () => {
    const names = Object.keys(app.keys.shape);
    for (const name of app.publicKeys) {
      expect(names).toContain(name);
      expect(name).not.toMatch(/secret|token|password|api_key|app_key/i);
    }
  });

  test('tells where its keys are given over TLS, if it has any', () => {
    if (app.keysAt === undefined) return;
    expect(new URL(app.keysAt).protocol).toBe('https:');
    expect(Object.keys(app.keys.shape)).not.toEqual([]);
  });
});

describe.each(apps.filter(isOAuthApp))('the OAuth record of $slug', ({ keys, publicKeys, credential }) => {
  const { oauth, apiBase, calcom, schema } = credential;

  test('has addresses over TLS, whatever fills them', () => {
    const { authorizationEndpoint, tokenEndpoint, refreshEndpoint, revocationEndpoint, appToken } = oauth;
    const endpoints = [authorizationEndpoint, tokenEndpoint, refreshEndpoint, revocationEndpoint];
    if (oauth.lookup) expect(new URL(oauth.lookup.url).protocol).toBe('https:');
    for (const address of [...endpoints, appToken?.endpoint, apiBase]) {
      if (address === null || address === undefined || address === 'unknown') continue;
      expect(address).toMatch(/^(https:\/\/|\{[\w-]+\}\/)/);
      for (const [, name = ''] of address.matchAll(/\{([^}]+)\}/g)) {
        expect([...Object.keys(keys.shape), ...Object.keys(oauth.allowed ?? {})]).toContain(name);
      }
    }
    for (const value of Object.values(oauth.allowed ?? {}).flat()) expect(value).toMatch(/^https:\/\//);
  });

  test('sends nothing secret through the browser', () => {
    for (const value of Object.values(oauth.authorizeParameters)) {
      for (const [, name] of value.matchAll(/\{([^}]+)\}/g)) expect(publicKeys).toContain(name);
    }
    expect(publicKeys).toContain(oauth.clientId);
    expect(publicKeys).not.toContain(oauth.clientSecret);
  });

  test('names client keys that must be there', () => {
    const wrong = keys.safeParse({});
    const missing = wrong.error?.issues.map(({ path }) => path[0]);
    expect(missing).toEqual(expect.arrayContaining([oauth.clientId, oauth.clientSecret]));
  });

  test('says what a refresher must know, or that it is unknown', () => {
    const known = [true, false, 'unknown'];
    expect(known).toContain(oauth.rotation.rotates);
    for (const ms of [oauth.rotation.graceMs, oauth.idleLifetimeMs]) {
      if (ms !== null && ms !== 'unknown') expect(ms).toBeGreaterThan(0);
    }
    expect(oauth.refreshLimit).toBeDefined();
    expect(oauth.expiry.unit === 'none').toBe(!oauth.refreshable);
    if (oauth.clientAuthentication === 'app_token') expect(oauth.appToken).toBeDefined();
  });

  test('says why where Cal.com does not refresh it', () => {
    if (['broken', 'not_asked'].includes(calcom.refreshed)) expect(calcom.remark).not.toBe('');
    expect(calcom.remark).not.toMatch(/[^.]$/);
  });

  test('takes tokens, keeps what it does not know, and refuses what lacks a member', () => {
    const members = { access_token: 'a', ...Object.fromEntries(oauth.travels.map(name => [name, 'x'])) };
    const complete = { ...members, more: 1 };
    expect(schema.parse(complete)).toEqual(complete);
    expect(schema.safeParse({ ...complete, access_token: undefined }).success).toBe(false);
    const refused = schema.safeParse({ access_token: 'a' }).error?.issues.map(({ path }) => path[0]) ?? [];
    expect(oauth.travels).toEqual(expect.arrayContaining(refused));
  });
});

const FORM_EXAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  alby: {
    account_id: '1',
    account_email: 'a@example.com',
    account_lightning_address: 'a@getalby.example',
    webhook_endpoint_id: 'w',
    webhook_endpoint_secret: 's',
  },
  'apple-calendar': { username: 'a@example.com', password: 'p' },
  btcpayserver: { serverUrl: 'https://b.example', storeId: 's', apiKey: 'k', webhookSecret: 'w' },
  'caldav-calendar': { url: 'https://c.example/dav', username: 'u', password: 'p' },
  exchange: { url: 'https://e.example/EWS/Exchange.asmx', username: 'u', password: 'p' },
  'exchange2013-calendar': { url: 'https://e.example', username: 'u', password: 'p' },
  'exchange2016-calendar': { url: 'https://e.example', username: 'u', password: 'p' },
  hitpay: { prod: { apiKey: 'k', saltKey: 's' } },
  huddle01: { identityToken: 't' },
  'ics-feed': { urls: ['https://c.example/a.ics'] },
  paypal: { client_id: 'c', secret_key: 's', webhook_id: 'w' },
  sendgrid: { api_key: 'k' },
  'vital-automation': { userVitalId: 'u' },
};

describe.each(apps.filter(isFormApp))('the form of $slug', ({ slug, credential }) => {
  const { schema, fields } = credential;
  const example = FORM_EXAMPLES[slug] ?? {};

  test('fills every member of the schema, and no other', () => {
    const filled = new Set(fields.map(({ name }) => name.split('.')[0]));
    expect(filled).toEqual(new Set(Object.keys(schema.shape)));
    for (const { input, options } of fields) expect(input === 'select').toBe(options !== undefined);
  });

  test('takes an example, keeps what it does not know, and refuses it without any of its members', () => {
    expect(schema.parse({ ...example, more: 1 })).toMatchObject({ ...example, more: 1 });
    expect(Object.keys(example)).not.toEqual([]);
    for (const name of Object.keys(example)) {
      expect(schema.safeParse({ ...example, [name]: undefined }).success, name).toBe(false);
    }
  });

  test('has what it is tried against', () => {
    const asked = fields.some(({ name }) => name === 'url' || name === 'urls');
    if (credential.verify !== null) expect(asked || credential.apiBase !== undefined).toBe(true);
  });
});

test('numbers and ticks of a form come as words', () => {
  const exchange = createCatalogue().get('exchange');
  if (exchange === undefined || !isFormApp(exchange)) throw new Error('no form app exchange');
  const { schema } = exchange.credential;
  const entered = { ...FORM_EXAMPLES.exchange, authenticationMethod: '1', exchangeVersion: '4' };
  expect(schema.parse({ ...entered, useCompression: 'on' })).toMatchObject({
    authenticationMethod: 1,
    exchangeVersion: 4,
    useCompression: true,
  });
  expect(schema.parse(entered)).toMatchObject({ useCompression: false });
  expect(schema.safeParse({ ...entered, exchangeVersion: '8' }).success).toBe(false);
});

test('a single redirect address of Google counts as a list of one', () => {
  const google = createCatalogue().get('google-calendar');
  const keys = { client_id: 'id', client_secret: 'secret', redirect_uris: 'https://example.com/callback' };
  expect(google?.keys.parse(keys)).toEqual({ ...keys, redirect_uris: ['https://example.com/callback'] });
  expect(google?.keys.safeParse({ ...keys, redirect_uris: 'no address' }).success).toBe(false);
});

test("Zoho's limit on refreshing is known, and where its users are", () => {
  const { oauth } = oauthApp('zohocrm').credential;
  expect(oauth.refreshLimit).toEqual({ count: 10, perMs: 600_000 });
  expect(oauth.allowed?.['accounts-server']).toContain('https://accounts.zoho.eu');
});
