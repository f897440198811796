import { expect, test } from 'vitest';
import { clockWatch, SET_BACK_MS } from './clock-watch.ts';

test('a clock that is set back is noticed once, by how much; one that runs, is corrected or set forward is not', () => {
  let [now, monotonic] = [1_000_000_000, 5_000];
  const look = clockWatch({ now: () => now, monotonic: () => monotonic });
  const pass = (ms: number, change = 0) => {
    monotonic += ms;
    now += ms + change;
    return look();
  };
  expect(pass(10_000)).toBe(0);
  expect(pass(86_400_000)).toBe(0);
  expect(pass(10_000, -3_600_000)).toBe(3_600_000);
  expect(pass(10_000)).toBe(0);
  expect(pass(10_000, 1 - SET_BACK_MS)).toBe(0);
  expect(pass(10_000, 3_600_000)).toBe(0);
  expect(pass(10_000, -3_600_000)).toBe(3_600_000);
});
