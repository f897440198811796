import { expect, test } from 'vitest';
import { pageOf, readCursor, writeCursor } from './cursor.ts';

test('comes back as it was written', () => {
  expect(readCursor(writeCursor(['Jürgen', 7]), ['string', 'number'])).toEqual(['Jürgen', 7]);
});

test.each([
  ['no base64', '%%%'],
  ['no JSON', Buffer.from('x').toString('base64url')],
  ['no array', Buffer.from('{}').toString('base64url')],
  ['a part too few', writeCursor(['a'])],
  ['a part of another type', writeCursor([7, 'a'])],
  ['a number that is none', Buffer.from('["a",1e999]').toString('base64url')],
  ['a text that no database takes', writeCursor(['a\0', 7])],
])('%s is refused', (_, text) => {
  expect(() => readCursor(text, ['string', 'number'])).toThrow(
    expect.objectContaining({ code: 'body_invalid' }),
  );
});

test('a page holds what it may, and says where the next one begins', () => {
  const place = (n: number) => `after ${n}`;
  expect(pageOf([1, 2, 3], 2, place)).toEqual({ rows: [1, 2], next: 'after 2' });
  expect(pageOf([1, 2], 2, place)).toEqual({ rows: [1, 2], next: null });
  expect(pageOf([], 2, place)).toEqual({ rows: [], next: null });
});
