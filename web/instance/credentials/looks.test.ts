import { expect, test } from 'vitest';
import { lookOf, nextRefresh } from './looks.ts';

const NOW = Date.UTC(2026, 4, 4);
const MINUTE = 60_000;
const working = {
  status: 'working',
  refreshing: false,
  expiresAt: NOW + 60 * MINUTE,
  retryAt: null,
} as const;

test.each([
  [{}, 'Working'],
  [{ expiresAt: null }, 'Working'],
  [{ expiresAt: NOW + MINUTE }, 'Expiring'],
  [{ expiresAt: NOW }, 'Expired'],
  [{ status: 'failing' }, 'Failing'],
  [{ status: 'needs_reconnect' }, 'Needs reconnect'],
  [{ status: 'failing', refreshing: true }, 'Refreshing'],
] as const)('%j is %s', (changes, label) => {
  expect(lookOf({ ...working, ...changes }, NOW).label).toBe(label);
});

test.each([
  [{}, ['at the first use after', NOW + 60 * MINUTE]],
  [{ expiresAt: NOW - 1 }, ['at the next use', null]],
  [{ expiresAt: null }, ['when the provider refuses the token', null]],
  [{ status: 'failing', retryAt: NOW + MINUTE }, ['not before', NOW + MINUTE]],
  [{ status: 'failing', retryAt: NOW - MINUTE }, ['at the first use after', NOW + 60 * MINUTE]],
  [{ status: 'needs_reconnect' }, ['after the user has connected again', null]],
] as const)('%j is refreshed %j', (changes, [words, at]) => {
  expect(nextRefresh({ ...working, ...changes }, NOW)).toEqual({ words, at });
});
