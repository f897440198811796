import { expect, test } from 'vitest';
import type { KeyField } from './describe-keys.ts';
import { viewKeys } from './view-keys.ts';

const FIELDS: KeyField[] = [
  { name: 'client_id', kind: 'text', required: true },
  { name: 'client_secret', kind: 'secret', required: true },
  { name: 'more', kind: 'text', required: false },
];

test('what is no secret is shown, a secret only as set', () => {
  const shown = viewKeys(FIELDS, { client_id: 'id', client_secret: 'hush' }, { client_secret: 7 });
  expect(shown).toEqual([
    { ...FIELDS[0], set: true, setAt: null, value: 'id' },
    { ...FIELDS[1], set: true, setAt: 7 },
    { ...FIELDS[2], set: false, setAt: null },
  ]);
});

test('what is taken away has no time', () => {
  expect(viewKeys(FIELDS, {}, { client_id: 7 })[0]).toEqual({ ...FIELDS[0], set: false, setAt: null });
});
