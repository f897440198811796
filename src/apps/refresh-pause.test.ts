import { expect, test } from 'vitest';
import { forcedRefreshWait, pauseOfLimit } from './refresh-pause.ts';

const ZOHO = { count: 10, perMs: 600_000 };

test('an undeclared limit asks for no pause, a declared one for its share', () => {
  expect([null, 'unknown' as const, ZOHO, { count: 3, perMs: 1_000 }].map(pauseOfLimit)).toEqual([
    0, 0, 60_000, 334,
  ]);
});

test('a grant is refreshed by force ten seconds after it was refreshed, and not sooner', () => {
  expect([1, 9_999, 10_000].map(after => forcedRefreshWait(null, 50_000, 50_000 + after))).toEqual([
    9_999, 1, 0,
  ]);
});

test('as many refreshes by force as one after another can get keep the limit of the record', () => {
  const at: number[] = [];
  for (let now = 0; now < 1_800_000; now += 500) {
    if (forcedRefreshWait(ZOHO, at.at(-1) ?? null, now) === 0) at.push(now);
  }
  const most = Math.max(...at.map(from => at.filter(to => to >= from && to < from + ZOHO.perMs).length));
  expect(most).toBe(ZOHO.count);
});

test('a grant that was never refreshed, or in what is the future now, may be', () => {
  expect(forcedRefreshWait(null, null, 0)).toBe(0);
  expect(forcedRefreshWait(null, 3_600_000, 0)).toBe(0);
});
