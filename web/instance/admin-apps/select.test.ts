import { expect, test } from 'vitest';
import type { AdminApp } from '../../../src/instance/http/apps.ts';
import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { SHOWN, selectApps } from './select.ts';

const APP: AdminApp = {
  slug: 'plain',
  name: 'Plain',
  description: 'Nothing special.',
  categories: ['other'],
  kind: 'none',
  enabled: false,
  keysSet: false,
  keysMissing: false,
  publicKeys: {},
  keysAt: null,
  fields: [],
  held: 0,
  troubled: 0,
  asOf: null,
};
const apps: AdminApp[] = [
  APP,
  { ...APP, slug: 'enabled', enabled: true },
  { ...APP, slug: 'missing', keysMissing: true },
  { ...APP, slug: 'used', held: 1 },
  { ...APP, slug: 'troubled', held: 3, troubled: 1 },
  { ...APP, slug: 'differs' },
];
const verdicts = new Map<string, Verdict>([
  ['differs', { slug: 'differs', verdict: 'differs', differing: ['client_id'] }],
  ['used', { slug: 'used', verdict: 'same', differing: [] }],
]);

test.each([
  ['', apps.map(({ slug }) => slug)],
  ['enabled', ['enabled']],
  ['missing', ['missing']],
  ['used', ['used', 'troubled']],
  ['troubled', ['troubled']],
  ['differs', ['differs']],
])('the filter "%s" leaves %j', (show, slugs) => {
  expect(SHOWN.map(([name]) => name)).toContain(show);
  const left = selectApps(apps, verdicts, { category: '', search: '', show });
  expect(left.map(({ slug }) => slug)).toEqual(slugs);
});
