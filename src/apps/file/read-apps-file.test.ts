import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCatalogue, isFormApp, isOAuthApp, KNOWN_APPS } from '../index.ts';
import { appsFileJsonSchema } from './json-schema.ts';
import { AppsFileError, readAppsFile } from './read-apps-file.ts';

function faultsOf(text: string): readonly string[] {
  try {
    readAppsFile(text, KNOWN_APPS);
  } catch (error) {
    if (!(error instanceof AppsFileError)) throw error;
    return error.faults.map(({ line, column, problem }) => `${line}:${column} ${problem}`);
  }
  throw new Error('It was read.');
}

const FILE = `
apps:
  - slug: acme-crm
    name: Acme CRM
    categories: [crm]
    keys:
      tenant: { secret: false }
    oauth:
      authorizationEndpoint: https://{tenant}.acme.example/authorize
      tokenEndpoint: https://{tenant}.acme.example/token
      scopes: [contacts]
      clientAuthentication: basic
      errors:
        grantDead: [gone]
  - slug: acme-calendar
    name: Acme Calendar
    categories: [calendar]
    form:
      kind: basic
      verify: caldav
      fields:
        - { name: url, label: Address, input: url }
        - { name: username, label: User name, input: text }
        - { name: password, label: Password, input: password }
        - { name: note, label: Note, input: text, required: false }
providers:
  office365-calendar:
    tokenEndpoint: https://login.microsoftonline.us/common/oauth2/v2.0/token
  zoom:
    revocationEndpoint: null
`;

test('adds apps to the catalogue and moves addresses of known ones', () => {
  const { apps, providers } = readAppsFile(FILE, KNOWN_APPS);
  const catalogue = createCatalogue(providers, apps);
  expect(catalogue.size).toBe(110);
  const [crm, calendar, office, zoom] = ['acme-crm', 'acme-calendar', 'office365-calendar', 'zoom'].map(
    slug => catalogue.get(slug),
  );
  if (!crm || !isOAuthApp(crm) || !calendar || !isFormApp(calendar)) throw new Error('not added');
  if (!office || !isOAuthApp(office) || !zoom || !isOAuthApp(zoom)) throw new Error('not there');

  expect(crm).toMatchObject({ dirName: 'acme-crm', type: 'acme-crm_crm', variant: 'crm' });
  expect(crm.publicKeys).toEqual(['client_id', 'tenant']);
  const keys = { client_id: 'i', client_secret: 's', tenant: 't' };
  expect(crm.keys.parse(keys)).toEqual(keys);
  expect(crm.keys.safeParse({ client_id: 'i', client_secret: 's' }).success).toBe(false);
  expect(crm.credential.oauth).toMatchObject({
    clientAuthentication: 'basic',
    pkce: true,
    rotation: { rotates: 'unknown', graceMs: 'unknown' },
    errors: { grantDead: ['gone'], clientWrong: [], pause: [], policy: [] },
  });
  expect(Object.values(crm.credential.oauth)).not.toContain(undefined);

  const entered = { url: 'https://c.example', username: 'u', password: 'p' };
  expect(calendar.credential.schema.parse(entered)).toEqual(entered);
  expect(calendar.credential.schema.safeParse({ url: 'https://c.example' }).success).toBe(false);

  expect(office.credential.oauth.tokenEndpoint).toContain('microsoftonline.us');
  expect(zoom.credential.oauth.revocationEndpoint).toBeNull();
});

test.each([
  ['caldav', 'a', ['username', 'password', 'apiBase or a field named url']],
  ['ics', 'url', ['a field named urls', 'apiBase or a field named urls']],
  ['paypal', 'client_id', ['secret_key', 'apiBase']],
])('a form that %s cannot try names what is missing', (verify, name, missing) => {
  const app = { slug: 'acme', name: 'Acme', categories: ['other'] };
  const form = { kind: 'basic', verify, fields: [{ name, label: 'A', input: 'text' }] };
  const faults = faultsOf(JSON.stringify({ apps: [{ ...app, form }] }));
  expect(faults).toHaveLength(missing.length);
  for (const [index, word] of missing.entries()) expect(faults[index]).toContain(word);
});

test('reads JSON, and an empty file', () => {
  const json = JSON.stringify({ providers: { zoom: { apiBase: 'http://localhost:4000' } } });
  expect(readAppsFile(json, KNOWN_APPS).providers).toEqual({ zoom: { apiBase: 'http://localhost:4000' } });
  expect(readAppsFile('', KNOWN_APPS)).toEqual({ apps: [], providers: {} });
});

test('says in which line the text is no YAML', () => {
  expect(faultsOf('apps: []\nproviders: {\n')[0]).toMatch(/^[23]:\d+ /);
  expect(faultsOf('apps: []\napps: []\n')).toEqual([expect.stringMatching(/^2:1 .*unique/)]);
});

test('says in which line and column a member is wrong, all of them at once', () => {
  const faults = faultsOf(`apps:
  - slug: Acme
    name: Acme
    categories: [crm, food]
    oauth:
      authorizationEndpoint: http://acme.example/authorize
      scope: [a]
`);
  expect(faults).toEqual([
    expect.stringMatching(/^2:11 apps\.0\.slug: must be lower-case/),
    expect.stringMatching(/^4:23 apps\.0\.categories\.1: /),
    expect.stringMatching(/^6:30 apps\.0\.oauth\.authorizationEndpoint: must be an https address/),
    expect.stringMatching(/^6:7 apps\.0\.oauth\.tokenEndpoint: /),
    expect.stringMatching(/^7:7 apps\.0\.oauth: scope is not known/),
  ]);
});

test('refuses names that are taken, names that nobody has, and placeholders that nothing fills', () => {
  const faults = faultsOf(`apps:
  - slug: zoom
    name: Zoom
    categories: [conferencing]
    form: { kind: api_key, fields: [{ name: key, label: Key, input: password }] }
  - slug: acme
    name: Acme
    categories: [crm]
    oauth:
      authorizationEndpoint: https://acme.example/authorize
      tokenEndpoint: https://{region}.acme.example/token
  - slug: nothing
    name: Nothing
    categories: [other]
providers:
  zomo: { apiBase: https://zoom.example }
`);
  expect(faults).toEqual([
    '2:11 apps.0.slug: zoom is what zoom has',
    '11:22 apps.1.oauth.tokenEndpoint: {region} is none of the keys',
    '12:5 apps.2: wants either oauth or form',
    '16:3 providers: there is no app zomo',
  ]);
});

test('docs/apps-file.schema.json is the schema; "node test/write-apps-schema.ts" writes it anew', () => {
  const published = new URL('../../../docs/apps-file.schema.json', import.meta.url);
  expect(readFileSync(published, 'utf8')).toBe(appsFileJsonSchema());
});
