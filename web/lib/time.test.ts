import { expect, test } from 'vitest';
import { exactTime, relativeTime } from './time.ts';

const NOW = Date.UTC(2026, 4, 4, 12);

test.each([
  [0, 'now'],
  [-9_000, 'now'],
  [-30_000, '30 seconds ago'],
  [90_000, 'in 2 minutes'],
  [-3_600_000, '1 hour ago'],
  [86_400_000, 'tomorrow'],
  [-3 * 86_400_000, '3 days ago'],
  [70 * 86_400_000, 'in 2 months'],
])('%i ms away reads "%s"', (distance, words) => {
  expect(relativeTime(NOW + distance, NOW, 'en')).toBe(words);
});

test('speaks the language of the reader', () => {
  expect(relativeTime(NOW - 7_200_000, NOW, 'de')).toBe('vor 2 Stunden');
});

test('the exact time has date, seconds and zone', () => {
  expect(exactTime(NOW, 'en')).toMatch(/^Monday, May 4, 2026 at .*:00:00.* \S+$/);
});
