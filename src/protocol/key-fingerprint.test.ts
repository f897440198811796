import { expect, test } from 'vitest';
import { keyFingerprints } from './key-fingerprint.ts';

const SECRET = 'sync-secret-of-the-tests-0123456789';

// Made with Python's hmac and hashlib: HKDF (RFC 5869) without salt, then HMAC-SHA256 over the JSON array.
test.each([
  ['zoom', 'client_id', 'abc', 'b5f65ffbe23f81ab66ac2636017dfe86'],
  ['zoom', 'client_secret', 'sécret', '79013de083e4ecbdb8637004d69d4859'],
])('the fingerprint of %s, %s is as another implementation makes it', (slug, name, value, expected) => {
  expect(keyFingerprints(SECRET)(slug, name, value)).toBe(expected);
});

test('slug, name, value and secret each change it, and none runs into the next', () => {
  const made = [
    keyFingerprints(SECRET)('a', 'b', 'c'),
    keyFingerprints(SECRET)('ab', '', 'c'),
    keyFingerprints(SECRET)('a', 'bc', ''),
    keyFingerprints(SECRET)('a', 'b', 'd'),
    keyFingerprints(`${SECRET}x`)('a', 'b', 'c'),
  ];
  expect(new Set(made).size).toBe(made.length);
});
