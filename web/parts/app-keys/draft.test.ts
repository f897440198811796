import { expect, test } from 'vitest';
import type { AppKey } from '../../../src/lib/http/app-keys.ts';
import { changesIn, isFaulty, linesOf } from './draft.ts';

const key = (name: string, kind: AppKey['kind'], value?: unknown): AppKey => ({
  name,
  kind,
  required: false,
  set: value !== undefined || kind === 'secret',
  setAt: null,
  ...(value === undefined || kind === 'secret' ? {} : { value }),
});

const FIELDS = [
  key('client_id', 'text', 'id'),
  key('client_secret', 'secret'),
  key('redirect_uris', 'list', ['https://a.example']),
  key('count', 'number', 3),
  key('on', 'boolean', true),
];

test('what was not touched is not sent', () => {
  expect(changesIn(FIELDS, {})).toEqual({});
});

test('what is as it was is not sent either', () => {
  const draft = { client_id: ' id ', redirect_uris: ['https://a.example', ' '], count: '3', on: true };
  expect(changesIn(FIELDS, draft)).toEqual({});
});

test('an empty secret keeps the one that is set; one that is taken away goes', () => {
  expect(changesIn(FIELDS, { client_secret: '' })).toEqual({});
  expect(changesIn(FIELDS, { client_secret: null })).toEqual({ client_secret: null });
  expect(changesIn(FIELDS, { client_secret: 'new\n' })).toEqual({ client_secret: 'new' });
});

test('changes are sent as what they are', () => {
  const draft = { client_id: '', redirect_uris: [''], count: '4', on: false };
  expect(changesIn(FIELDS, draft)).toEqual({ client_id: null, redirect_uris: null, count: 4, on: false });
});

test.each([
  [null, [false, false]],
  ['line 2 is not an address', [false, true]],
  ['is missing', [true, true]],
])('the fault "%s" marks the lines %j', (fault, marked) => {
  expect([0, 1].map(index => isFaulty(fault, index))).toEqual(marked);
});

test('a list has a line to type into', () => {
  const [, , list] = FIELDS as [AppKey, AppKey, AppKey];
  expect(linesOf(list, {})).toEqual(['https://a.example']);
  expect(linesOf(list, { redirect_uris: [] })).toEqual(['']);
});
