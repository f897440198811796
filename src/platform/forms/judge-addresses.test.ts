import { describe, expect, test } from 'vitest';
import { formApp } from '../../../test/form-apps.ts';
import { judgeAddresses } from './judge-addresses.ts';

const { credential } = formApp();
const strict = { privateAddresses: false };
const lenient = { privateAddresses: true };

const judge = (context: { privateAddresses: boolean }, url: string) =>
  judgeAddresses(context, credential, { url });

describe.each([
  ['public addresses alone', strict],
  ['any address', lenient],
])('where the operator allows %s', (_, context) => {
  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ftp://one.example/',
    'https://a:b@one.example/',
    'one',
  ])('%s is none', async url => {
    expect(await judge(context, url)).toMatchObject([{ field: 'url', reason: 'url' }]);
  });

  test('a public address with https is taken, and no field is none', async () => {
    expect(await judge(context, 'https://93.184.216.34/dav')).toEqual([]);
    expect(await judgeAddresses(context, credential, {})).toEqual([]);
  });
});

test('http is taken where private addresses are', async () => {
  expect(await judge(strict, 'http://93.184.216.34/')).toMatchObject([{ field: 'url', reason: 'https' }]);
  expect(await judge(lenient, 'http://93.184.216.34/')).toEqual([]);
});

test('a private address, a name that leads to one and a name that is none get one and the same answer', async () => {
  const answers = [];
  for (const host of ['10.0.0.1', '[::1]', '169.254.169.254:8080', 'localhost', 'no-such-name.invalid']) {
    const error = await judge(strict, `https://${host}/`).then(
      () => null,
      thrown => thrown,
    );
    answers.push({ code: error?.code, message: error?.message.replace(host, 'HOST'), remedy: error?.remedy });
    expect(await judge(lenient, `https://${host}/`)).toEqual([]);
  }
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({
    code: 'address_refused',
    message: 'HOST is not on the public internet.',
  });
});

test('a field of a member is judged, and the name of an address that is tried is left to the connection', async () => {
  const inner = { name: 'prod.url', label: 'Address', input: 'url', required: true } as const;
  const fields = { fields: [inner], verify: null };
  expect(await judgeAddresses(strict, fields, { prod: { url: 'file:///x' } })).toMatchObject([
    { field: 'prod.url', reason: 'url' },
  ]);
  const tried = { fields: credential.fields, verify: 'caldav' } as const;
  expect(await judgeAddresses(strict, tried, { url: 'https://no-such-name.invalid/' })).toEqual([]);
  await expect(judgeAddresses(strict, tried, { url: 'http://10.0.0.1/' })).rejects.toMatchObject({
    code: 'address_refused',
  });
});
