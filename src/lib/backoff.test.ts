import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from './backoff.ts';

const HOUR = 3_600_000;
const BACKOFF = { firstMs: 2_000, ceilingMs: 6 * HOUR };

describe('backoffMs', () => {
  test('doubles from the first to the ceiling', () => {
    const waits = [1, 2, 3, 4, 14, 15, 16, 1000].map(attempts => backoffMs(BACKOFF, attempts, 1));
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 16_384_000, 6 * HOUR, 6 * HOUR, 6 * HOUR]);
  });

  test('spreads over the upper half', () => {
    expect([0, 0.5].map(random => backoffMs(BACKOFF, 1, random))).toEqual([1_000, 1_500]);
  });

  test('waits at least as long as the other side asked', () => {
    expect(backoffMs(BACKOFF, 1, 0.5, 60_000)).toBe(60_000);
    expect(backoffMs(BACKOFF, 10, 0.5, 60_000)).toBe(backoffMs(BACKOFF, 10, 0.5));
  });

  test('is always a whole number between half of the first and the ceiling', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), random, (attempts, dice) => {
        const wait = backoffMs(BACKOFF, attempts, dice);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(1_000);
        expect(wait).toBeLessThanOrEqual(6 * HOUR);
      }),
    );
  });
});

describe('retryAfterMs', () => {
  const NOW = Date.UTC(2026, 0, 15, 12);

  test.each<[string | null, number | null]>([
    [null, null],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['Thu, 15 Jan 2026 12:01:00 GMT', 60_000],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['999999999', 24 * HOUR],
    ['Fri, 15 Jan 2027 12:00:00 GMT', 24 * HOUR],
    ['9'.repeat(400), null],
    ['soon', null],
    ['', null],
  ])('%s', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });
});
