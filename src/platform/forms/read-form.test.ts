import { expect, test } from 'vitest';
import { z } from 'zod';
import { formApp } from '../../../test/form-apps.ts';
import { readForm } from './read-form.ts';

const basic = formApp().credential;

test('a filled form becomes the object of the schema', () => {
  const values = { url: ' https://cal.example ', username: ' ada ', password: ' s e c ' };
  expect(readForm(basic, values)).toEqual({
    entry: { url: 'https://cal.example', username: 'ada', password: ' s e c ' },
    faults: null,
  });
});

test('every empty field that is needed is named', () => {
  expect(readForm(basic, { username: '  ' }).faults).toEqual([
    { field: 'url', reason: 'required', message: 'Fill this in.' },
    { field: 'username', reason: 'required', message: 'Fill this in.' },
    { field: 'password', reason: 'required', message: 'Fill this in.' },
  ]);
});

test('what the schema refuses is told at its field', () => {
  const faults = readForm(basic, { url: 'nowhere', username: 'a', password: 'b' }).faults;
  expect(faults).toEqual([
    { field: 'url', reason: 'url', message: expect.stringContaining('whole address') },
  ]);
});

test('lines become a list, without empty ones, and webcal is https', () => {
  const shape = {
    schema: z.object({ urls: z.array(z.url()).min(1) }),
    fields: [{ name: 'urls', label: 'Feeds', input: 'lines', required: true }],
  } as const;
  const urls = 'webcal://one.example/a.ics\r\n\r\n  https://two.example/b.ics\n';
  expect(readForm(shape, { urls }).entry).toEqual({
    urls: ['https://one.example/a.ics', 'https://two.example/b.ics'],
  });
  expect(readForm(shape, { urls: 'https://one.example\nnowhere' }).faults).toEqual([
    { field: 'urls', reason: 'lines', message: expect.stringContaining('each on a line') },
  ]);
  expect(readForm(shape, { urls: ' \n ' }).faults).toHaveLength(1);
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
  expect(readForm(shape, { 'prod.apiKey': 'k', 'prod.saltKey': 's' }).entry).toEqual({
    isSandbox: false,
    prod: { apiKey: 'k', saltKey: 's' },
  });
  expect(readForm(shape, { isSandbox: true, 'sandbox.apiKey': 'k' }).faults).toEqual([
    { field: 'sandbox.saltKey', reason: 'invalid', message: expect.any(String) },
  ]);
});

test('a box is ticked by true alone, and another field takes texts alone', () => {
  const shape = {
    schema: z.object({ on: z.boolean(), name: z.string() }),
    fields: [
      { name: 'on', label: 'On', input: 'checkbox', required: false },
      { name: 'name', label: 'Name', input: 'text', required: true },
    ],
  } as const;
  expect(readForm(shape, { on: 'true', name: 'a' }).entry).toEqual({ on: false, name: 'a' });
  expect(readForm(shape, { on: true, name: true }).faults).toMatchObject([
    { field: 'name', reason: 'required' },
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
  expect(readForm(shape, { method: '1', name: '12' }).entry).toEqual({ method: 1, name: '12' });
  expect(readForm(shape, { method: '7', name: '12' }).faults).toMatchObject([{ field: 'method' }]);
});
