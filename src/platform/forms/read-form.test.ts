import { expect, test } from 'vitest';
import { z } from 'zod';
import { formApp } from '../../../test/form-apps.ts';
import { readForm } from './read-form.ts';

const basic = formApp().credential;

function posted(values: Record<string, string>): URLSearchParams {
  return new URLSearchParams(values);
}

test('a filled form becomes the object of the schema', () => {
  const values = { url: ' https://cal.example ', username: ' ada ', password: ' s e c ' };
  expect(readForm(basic, posted(values))).toEqual({
    entry: { url: 'https://cal.example', username: 'ada', password: ' s e c ' },
    faults: null,
  });
});

test('every empty field that is needed is named', () => {
  expect(readForm(basic, posted({ username: '  ' })).faults).toEqual([
    { field: 'url', message: 'Fill this in.' },
    { field: 'username', message: 'Fill this in.' },
    { field: 'password', message: 'Fill this in.' },
  ]);
});

test('what the schema refuses is told at its field', () => {
  const faults = readForm(basic, posted({ url: 'nowhere', username: 'a', password: 'b' })).faults;
  expect(faults).toEqual([{ field: 'url', message: expect.stringContaining('whole address') }]);
});

test('lines become a list, without empty ones, and webcal is https', () => {
  const shape = {
    schema: z.object({ urls: z.array(z.url()).min(1) }),
    fields: [{ name: 'urls', label: 'Feeds', input: 'lines', required: true }],
  } as const;
  const urls = 'webcal://one.example/a.ics\r\n\r\n  https://two.example/b.ics\n';
  expect(readForm(shape, posted({ urls })).entry).toEqual({
    urls: ['https://one.example/a.ics', 'https://two.example/b.ics'],
  });
  expect(readForm(shape, posted({ urls: 'https://one.example\nnowhere' })).faults).toEqual([
    { field: 'urls', message: expect.stringContaining('each on a line') },
  ]);
  expect(readForm(shape, posted({ urls: ' \n ' })).faults).toHaveLength(1);
});

test('members of members: an object of which nothing was entered stays absent', () => {
  const keys = z.object({ apiKey: z.string().min(1), saltKey: z.string().min(1) });
  const shape = {
    schema: z.object({ isSandbox: z.boolean(), prod: keys.optional(), sandbox: keys.optional() }),
    fields: [
      { name: 'isSandbox', label: 'Sandbox', input: 'checkbox', required: false },
      ...['prod.apiKey', 'prod.saltKey', 'sandbox.apiKey', 'sandbox.saltKey'].map(
        name => ({ name, label: name, input: 'password', required: false }) as const,
      ),
    ],
  } as const;
  expect(readForm(shape, posted({ 'prod.apiKey': 'k', 'prod.saltKey': 's' })).entry).toEqual({
    isSandbox: false,
    prod: { apiKey: 'k', saltKey: 's' },
  });
  expect(readForm(shape, posted({ isSandbox: 'on', 'sandbox.apiKey': 'k' })).faults).toEqual([
    { field: 'sandbox.saltKey', message: expect.any(String) },
  ]);
});

test('where the schema wants a number, the text of a select is read as one', () => {
  const shape = {
    schema: z.object({ method: z.union([z.literal(0), z.literal(1)]), name: z.string() }),
    fields: [
      {
        name: 'method',
        label: 'Method',
        input: 'select',
        options: { 0: 'Basic', 1: 'NTLM' },
        required: true,
      },
      { name: 'name', label: 'Name', input: 'text', required: true },
    ],
  } as const;
  expect(readForm(shape, posted({ method: '1', name: '12' })).entry).toEqual({ method: 1, name: '12' });
  expect(readForm(shape, posted({ method: '7', name: '12' })).faults).toMatchObject([{ field: 'method' }]);
});
