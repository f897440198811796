import { expect, test } from 'vitest';
import { forcedRefreshWait, pauseOfLimit } from './refresh-pause.ts';

const ZOHO = { count: 10, perMs: 600_000 };

test('an undeclared limit asks for no pause, a declared one for its share', () => {
  expect([null, 'unknown' as const, ZOHO, { count: 3, perMs: 1_000 }].map(pauseOfLimit)).toEqual([
    0, 0, 60_000, 334,
  ]);
});

const forced = (at: number) => ({ refreshedAt: at, forcedAt: at });

test('a grant is refreshed by force ten seconds after it was, and not sooner', () => {
  const waits = [1, 9_999, 10_000].map(after => forcedRefreshWait(null, forced(50_000), 50_000 + after));
  expect(waits).toEqual([9_999, 1, 0]);
});

test('a refresh that nobody forced puts none off, unless the provider counts', () => {
  const times = { refreshedAt: 50_000, forcedAt: null };
  expect([null, ZOHO].map(limit => forcedRefreshWait(limit, times, 51_000))).toEqual([0, 59_000]);
});

test('as many refreshes by force as one after another can get keep the limit of the record', () => {
  const at: number[] = [];
  for (let now = 0; now < 1_800_000; now += 500) {
    const last = at.at(-1) ?? null;
    if (forcedRefreshWait(ZOHO, { refreshedAt: last, forcedAt: last }, now) === 0) at.push(now);
  }
  const most = Math.max(...at.map(from => at.filter(to => to >= from && to < from + ZOHO.perMs).length));
  expect(most).toBe(ZOHO.count);
});

test('a grant that was never refreshed, or in what is the future now, may be', () => {
  expect(forcedRefreshWait(null, { refreshedAt: null, forcedAt: null }, 0)).toBe(0);
  expect(forcedRefreshWait(ZOHO, forced(3_600_000), 0)).toBe(0);
});
