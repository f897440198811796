import { expect, test } from 'vitest';
import { fromNow, hours, moment, span } from './words.ts';

test.each([
  [0, '0 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [-3_540_000, '59 min'],
  [7_200_000, '2 h'],
  [9_060_000, '2 h 31 min'],
])('a span of %i ms reads %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

test('moments are told in UTC', () => {
  const at = Date.UTC(2026, 0, 15, 12, 0, 5);
  expect(moment(at)).toBe('15 Jan 2026, 12:00:05 UTC');
  expect(fromNow(at, at - 60_000)).toBe('in 60 s');
  expect(fromNow(at, at + 7_200_000)).toBe('2 h ago');
  expect(hours({ start: '2026-01-16T09:00:00Z', end: '2026-01-16T09:30:00Z' })).toBe(
    'Fri 16 Jan, 09:00 to 09:30 UTC',
  );
  expect(hours({ start: '2026-01-16', end: 'soon' })).toBe('2026-01-16 to soon');
});
