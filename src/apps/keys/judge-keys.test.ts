import { expect, test } from 'vitest';
import { createCatalogue } from '../index.ts';
import { judgeKeys } from './judge-keys.ts';

const catalogue = createCatalogue();

function judge(slug: string, keys: Record<string, unknown>) {
  const app = catalogue.get(slug);
  if (app === undefined) throw new Error(`no ${slug}`);
  return judgeKeys(app, keys);
}

test('gives the keys as the schema makes them', () => {
  const keys = { client_id: 'i', client_secret: 's', redirect_uris: 'https://a.example/back' };
  expect(judge('google-calendar', keys)).toEqual({
    keys: { ...keys, redirect_uris: ['https://a.example/back'] },
  });
});

test.each([
  ['zoom', { client_id: '' }, { client_id: 'is missing', client_secret: 'is missing' }],
  ['zoom', { client_id: 'i', client_secret: 7 }, { client_secret: 'must be a string' }],
  [
    'webex',
    { client_id: 'short', client_secret: 'x'.repeat(64) },
    { client_id: 'must have at least 64 characters' },
  ],
  [
    'google-calendar',
    { client_id: 'i', client_secret: 's', redirect_uris: ['https://a.example', 'no'] },
    { redirect_uris: 'line 2 is not an address such as https://example.com' },
  ],
  [
    'stripe',
    { client_id: 'ca_1', client_secret: 'sk_1', public_key: 'wrong', webhook_secret: 'whsec_1' },
    { public_key: 'must begin with pk_' },
  ],
  [
    'salesforce',
    { consumer_key: 'k', consumer_secret: 's', login_host: 'https://x' },
    { login_host: 'is not written as the provider writes it' },
  ],
  ['zoom', { client_id: 'i', client_secret: 's', clientid: 'x' }, { clientid: 'is no key of this app' }],
])('%s: tells what is wrong with each key, without its value', (slug, keys, faults) => {
  expect(judge(slug, keys)).toEqual({ faults });
});
