import { expect, test } from 'vitest';
import { createCatalogue, isFormApp, isOAuthApp } from '../../../src/apps/index.ts';
import type { AppKey, Verdict } from '../../../src/lib/http/app-keys.ts';
import type { PlatformApp } from '../shapes.ts';
import { keysState, kindName, SHOWN, secretEnd, selectApps } from './select.ts';

const KEY: AppKey = { name: 'client_id', kind: 'text', required: true, set: true, setAt: null };
const APP: PlatformApp = {
  slug: 'plain',
  name: 'Plain',
  description: 'Nothing special.',
  categories: ['other'],
  kind: 'oauth2',
  notDeliverable: null,
  redirectUri: 'https://p.example/api/connect/callback',
  keys: {},
  fields: [KEY],
  keysMissing: false,
  keysSetAt: 1,
  keysAt: null,
  refusedAt: null,
  notes: [],
  held: 0,
  troubled: 0,
  asOf: null,
};
const apps: PlatformApp[] = [
  APP,
  { ...APP, slug: 'form', kind: 'basic', fields: [], keysSetAt: null },
  { ...APP, slug: 'missing', keysMissing: true, keysSetAt: null },
  { ...APP, slug: 'used', held: 1 },
  { ...APP, slug: 'troubled', held: 3, troubled: 1 },
  { ...APP, slug: 'refused', refusedAt: 2 },
  { ...APP, slug: 'untried', refusedAt: 2, keysSetAt: 3 },
];
const verdicts = new Map<string, Verdict>([
  ['plain', { slug: 'plain', verdict: 'differs', differing: ['client_id'] }],
  ['used', { slug: 'used', verdict: 'same', differing: [] }],
]);

test.each([
  ['', apps.map(({ slug }) => slug)],
  ['set', ['plain', 'used', 'troubled', 'refused', 'untried']],
  ['missing', ['missing']],
  ['used', ['used', 'troubled']],
  ['troubled', ['troubled']],
  ['refused', ['refused', 'untried']],
  ['differs', ['plain']],
])('the filter "%s" leaves %j', (show, slugs) => {
  expect(SHOWN.map(([name]) => name)).toContain(show);
  const left = selectApps(apps, verdicts, { category: '', search: '', show });
  expect(left.map(({ slug }) => slug)).toEqual(slugs);
});

test('the keys of each are as they are', () => {
  expect(apps.map(keysState)).toEqual(['set', 'none', 'missing', 'set', 'set', 'refused', 'untried']);
});

test('every app that users can connect says how, and no other', () => {
  for (const app of createCatalogue().values()) {
    const connectable = isOAuthApp(app) || isFormApp(app);
    expect([app.slug, kindName(app.credential) !== null]).toEqual([app.slug, connectable]);
  }
});

test('the end of the client secret is the first moment of its day', () => {
  const end: AppKey = { ...KEY, name: 'client_secret_expires_at', kind: 'date' };
  expect(secretEnd({ fields: [KEY, { ...end, value: '2027-01-31' }] })).toBe(Date.UTC(2027, 0, 31));
  expect(secretEnd({ fields: [KEY, { ...end, set: false }] })).toBeNull();
});
