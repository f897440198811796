import { expect, test } from 'vitest';
import { createCatalogue } from '../index.ts';
import { compareKeys, fingerprintKeys } from './fingerprints.ts';

const catalogue = createCatalogue();
const SECRET = 'sync-secret-of-the-tests-0123456789';

function prints(keys: Record<string, Record<string, unknown>>) {
  return fingerprintKeys(catalogue, new Map(Object.entries(keys)), SECRET);
}

const ZOOM = { client_id: 'id', client_secret: 'secret' };

test('takes the client id and secret under the names of the record, and nothing else', () => {
  const made = prints({
    zoom: { ...ZOOM, more: 'x' },
    salesforce: { consumer_key: 'k', consumer_secret: 's', login_host: 'login.salesforce.com' },
    giphy: { app_key: 'k' },
    unheard: ZOOM,
  });
  expect(Object.keys(made)).toEqual(['zoom', 'salesforce']);
  expect(Object.keys(made.zoom ?? {})).toEqual(['client_id', 'client_secret']);
  expect(Object.keys(made.salesforce ?? {})).toEqual(['consumer_key', 'consumer_secret']);
});

test('the same value of two apps has two fingerprints', () => {
  const { zoom, hubspot } = prints({ zoom: ZOOM, hubspot: ZOOM });
  expect(zoom).not.toEqual(hubspot);
});

test('tells which key differs, and on which side keys are missing', () => {
  const ours = prints({ zoom: ZOOM, hubspot: ZOOM, webex: ZOOM });
  const theirs = prints({ zoom: ZOOM, hubspot: { ...ZOOM, client_secret: 'other' }, msteams: ZOOM });
  const compared = Object.fromEntries(compareKeys(catalogue, ours, theirs).map(one => [one.slug, one]));
  expect(compared).toEqual({
    zoom: { slug: 'zoom', verdict: 'same', differing: [] },
    hubspot: { slug: 'hubspot', verdict: 'differs', differing: ['client_secret'] },
    webex: { slug: 'webex', verdict: 'theirs_missing', differing: [] },
    msteams: { slug: 'msteams', verdict: 'ours_missing', differing: [] },
  });
});
