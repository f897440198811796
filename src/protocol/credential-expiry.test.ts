import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expiresAt, isFresh } from './credential.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
/** Five minutes between two clocks. */
const SKEW = 300_000;

describe('the expiry', () => {
  test.each<[string, Record<string, unknown>, number | null]>([
    ['none', {}, null],
    ['expiry_date in milliseconds', { expiry_date: NOW + HOUR }, NOW + HOUR],
    ['expiry_date in seconds', { expiry_date: (NOW + HOUR) / 1000 }, NOW + HOUR],
    ['expiry_date as a lifetime', { expiry_date: 3600 }, NOW + HOUR],
    ['expiry_date as a numeric text', { expiry_date: String(NOW + HOUR) }, NOW + HOUR],
    ['expiry_date as an ISO date', { expiry_date: '2026-01-15T13:00:00.000Z' }, NOW + HOUR],
    ['expiry_date as an ISO date with a zone', { expiry_date: '2026-01-15T14:00:00+01:00' }, NOW + HOUR],
    ['an ISO date without a zone, as UTC', { expiry_date: '2026-01-15T13:00:00.0000000' }, NOW + HOUR],
    ['an ISO date with a blank', { expiry_date: '2026-01-15 13:00' }, NOW + HOUR],
    ['a day', { expiry_date: '2026-01-16' }, Date.UTC(2026, 0, 16)],
    ['expiry_date 0', { expiry_date: 0 }, null],
    ['expiry_date negative', { expiry_date: -5 }, null],
    ['expiry_date a negative text', { expiry_date: '-5' }, null],
    ['expiry_date empty', { expiry_date: '' }, null],
    ['expiry_date blank', { expiry_date: ' ' }, null],
    ['expiry_date a word', { expiry_date: 'tomorrow-1' }, null],
    ['expiry_date no such day', { expiry_date: '2026-13-45' }, null],
    ['expiry_date true', { expiry_date: true }, null],
    ['expiry_date an object', { expiry_date: {} }, null],
    ['expires_in in seconds', { expires_in: 3600 }, NOW + HOUR],
    ['expires_in as a text', { expires_in: '3600' }, NOW + HOUR],
    ['expires_in small', { expires_in: 1 }, NOW + 1000],
    ['expires_in 0', { expires_in: 0 }, null],
    ['expires_in as epoch seconds', { expires_in: (NOW + HOUR) / 1000 }, NOW + HOUR],
    ['expires_in as epoch milliseconds', { expires_in: NOW + HOUR }, NOW + HOUR],
    ['expires_in with a fraction', { expires_in: 1.23456 }, NOW + 1235],
    ['both: they agree but for the way', { expiry_date: NOW + HOUR, expires_in: 3_599 }, NOW + HOUR],
    ["both: the sender's clock is ahead", { expiry_date: NOW + HOUR + SKEW, expires_in: 3600 }, NOW + HOUR],
    [
      "both: the sender's clock is behind",
      { expiry_date: NOW + HOUR - SKEW, expires_in: 3600 },
      NOW + HOUR - SKEW,
    ],
    [
      'both: a lifetime that was stored long ago',
      { expires_at: NOW + 60_000, expires_in: 3600 },
      NOW + 60_000,
    ],
    ['both: a past expiry_date', { expiry_date: NOW - HOUR, expires_in: 60 }, NOW - HOUR],
    [
      'both: expires_in is a date too',
      { expiry_date: NOW + 2 * HOUR, expires_in: NOW + HOUR },
      NOW + 2 * HOUR,
    ],
    ['both: expiry_date 0 counts as absent', { expiry_date: 0, expires_in: 3600 }, NOW + HOUR],
    ['expiryDate', { expiryDate: NOW + HOUR }, NOW + HOUR],
    ['expires_at in seconds', { expires_at: (NOW + HOUR) / 1000 }, NOW + HOUR],
    ['expiresAt', { expiresAt: NOW + HOUR }, NOW + HOUR],
    ['a fraction of a second', { expires_at: NOW / 1000 + 0.0123 }, NOW + 12],
    ['a lifetime of a fraction of a millisecond', { expiry_date: 1.00001 }, NOW + 1000],
    ['issued_at and token_lifetime', { issued_at: String(NOW), token_lifetime: 3600 }, NOW + HOUR],
    ['token_lifetime alone', { token_lifetime: 3600 }, null],
    ['issued_at that is no date', { issued_at: 5, token_lifetime: 3600 }, null],
    ['a number beyond every date', { expiry_date: 1e300 }, 8.64e15],
    ['Infinity', { expiry_date: Number.POSITIVE_INFINITY }, null],
  ])('%s', (_, members, expected) => {
    expect(expiresAt(members, NOW)).toBe(expected);
  });

  test('is always null or a whole number that a Date holds', () => {
    const names = [
      'expiry_date',
      'expiryDate',
      'expires_at',
      'expiresAt',
      'expires_in',
      'issued_at',
      'token_lifetime',
    ];
    const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.date().map(String), fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), members => {
        const at = expiresAt(members, NOW);
        if (at !== null) expect(new Date(at).getTime()).toBe(at);
      }),
    );
  });

  test('seconds and milliseconds of one moment are one moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000, max: 90_000_000_000 }), seconds => {
        expect(expiresAt({ expiry_date: seconds }, NOW)).toBe(
          expiresAt({ expiry_date: seconds * 1000 }, NOW),
        );
      }),
    );
  });
});

describe('isFresh', () => {
  test.each<[string, number | null, boolean]>([
    ['no expiry', null, true],
    ['an hour left', NOW + HOUR, true],
    ['5,001 ms left', NOW + 5_001, true],
    ['5,000 ms left: about to expire', NOW + 5_000, false],
    ['expires now', NOW, false],
    ['expired', NOW - HOUR, false],
  ])('%s', (_, at, fresh) => {
    expect(isFresh(at, NOW)).toBe(fresh);
  });

  test('asks for as long as the caller needs', () => {
    expect(isFresh(NOW + 60_000, NOW, 59_999)).toBe(true);
    expect(isFresh(NOW + 60_000, NOW, 60_000)).toBe(false);
  });

  test.each([
    ['a small relative expires_in', { expires_in: 4 }, false],
    ['an epoch expires_in in the future', { expires_in: NOW / 1000 + 60 }, true],
    ['an epoch expires_in of now', { expires_in: NOW / 1000 }, false],
  ])('%s', (_, members, fresh) => {
    expect(isFresh(expiresAt(members, NOW), NOW)).toBe(fresh);
  });
});

test('a date is a date, however long ago, and not an epoch in seconds', () => {
  expect(expiresAt({ expiry_date: '1972-01-01T00:00:00Z' }, 0)).toBe(Date.UTC(1972, 0, 1));
});
