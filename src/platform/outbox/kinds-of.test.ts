import { expect, test } from 'vitest';
import { kindsOf } from './kinds-of.ts';

test.each([
  ['a text', 'string'],
  [7, 'number'],
  [false, 'boolean'],
  [null, 'null'],
  [[], []],
  [
    ['a', { b: 1 }],
    ['string', { b: 'number' }],
  ],
  [
    { access_token: 'hush', nested: { at: 1 }, not: undefined },
    { access_token: 'string', nested: { at: 'number' } },
  ],
])('%j has the kinds %j', (value, kinds) => {
  expect(kindsOf(value)).toEqual(kinds);
});
