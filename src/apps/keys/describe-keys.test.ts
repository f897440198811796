import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCatalogue } from '../index.ts';
import { describeKeys } from './describe-keys.ts';

const catalogue = createCatalogue();

function fieldsOf(slug: string) {
  const app = catalogue.get(slug);
  if (app === undefined) throw new Error(`no ${slug}`);
  return describeKeys(app);
}

test('what is no public key is a secret; a list stays one behind its preprocessing', () => {
  expect(fieldsOf('google-calendar')).toEqual([
    { name: 'client_id', kind: 'text', required: true },
    { name: 'client_secret', kind: 'secret', required: true },
    { name: 'redirect_uris', kind: 'list', required: false },
  ]);
});

test('a default makes a key optional and is told', () => {
  expect(fieldsOf('salesforce').at(-1)).toEqual({
    name: 'login_host',
    kind: 'text',
    required: false,
    initial: 'login.salesforce.com',
  });
});

test('addresses, numbers, switches and choices are told apart', () => {
  const keys = z.object({
    where: z.url(),
    many: z.number().optional(),
    on: z.boolean(),
    mode: z.enum(['live', 'test']),
  });
  expect(describeKeys({ keys, publicKeys: Object.keys(keys.shape) })).toEqual([
    { name: 'where', kind: 'url', required: true },
    { name: 'many', kind: 'number', required: false },
    { name: 'on', kind: 'boolean', required: true },
    { name: 'mode', kind: 'text', required: true, options: ['live', 'test'] },
  ]);
});

test('an app without keys has no fields', () => {
  expect(fieldsOf('whereby')).toEqual([]);
});
