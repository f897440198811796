import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretMatches, tokenFingerprint } from './secret.ts';

describe('secretMatches', () => {
  test('holds for the same text alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (given, expected) => {
        expect(secretMatches(expected, expected)).toBe(true);
        expect(secretMatches(given, expected)).toBe(given === expected);
      }),
    );
  });

  test.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['sent twice, as a header list joins it', 's3cret, s3cret'],
    ['in another case', 'S3CRET'],
    ['with a blank behind', 's3cret '],
    ['a prefix', 's3cre'],
  ])('refuses one that is %s', (_, given) => {
    expect(secretMatches(given, 's3cret')).toBe(false);
  });

  test('an empty expectation matches nothing: the feature is off, not open', () => {
    for (const given of ['', null, undefined, 'x']) expect(secretMatches(given, '')).toBe(false);
  });
});

test('a fingerprint is HMAC-SHA256 under the secret, in hex', () => {
  const expected = createHmac('sha256', 's3cret').update('at').digest('hex');
  expect(tokenFingerprint('at', 's3cret')).toBe(expected);
  expect(tokenFingerprint('at', 'other')).not.toBe(expected);
});
