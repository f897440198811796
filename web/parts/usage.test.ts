import { expect, test } from 'vitest';
import { usage } from './usage.ts';

test.each([
  [0, 0, 'user', 'No users'],
  [1, 0, 'user', '1 user'],
  [1, 1, 'user', '1 user, in trouble'],
  [1200, 3, 'user', '1,200 users, 3 in trouble'],
  [0, 0, 'connection', 'No connections'],
  [2, 1, 'connection', '2 connections, 1 in trouble'],
] as const)('%i held, %i in trouble of each %s: "%s"', (held, troubled, one, words) => {
  expect(usage({ held, troubled }, one)).toBe(words);
});
