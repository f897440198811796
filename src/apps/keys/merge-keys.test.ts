import { expect, test } from 'vitest';
import { mergeKeys } from './merge-keys.ts';

test('what is not given stays, what is given is taken, what is null goes', () => {
  const before = { client_id: 'id', client_secret: 'old', more: 'x' };
  expect(mergeKeys(before, { client_secret: 'new', more: null, nothing: undefined })).toEqual({
    client_id: 'id',
    client_secret: 'new',
  });
});
