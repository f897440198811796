import { describe, expect, test } from 'vitest';
import { type Env, readVariables } from '../lib/config.ts';
import { LOGO_BYTES, readHostLook } from './host-look.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

function read(env: Env, file: Uint8Array<ArrayBuffer> | null = null) {
  const variables = readVariables(env);
  const look = readHostLook(variables, file);
  return { look, variables, problems: variables.problems.map(({ variable }) => variable) };
}

test('nothing need be set', () => {
  const { look, problems } = read({});
  expect([look, problems]).toEqual([{ name: null, url: null, logo: null, colour: null }, []]);
});

test('what is set is read, and all of it is among the variables', () => {
  const { look, variables } = read(
    {
      KEYFERRY_HOST_NAME: ' Acme & Söhne ',
      KEYFERRY_HOST_URL: 'https://acme.example/settings?tab=apps',
      KEYFERRY_HOST_COLOUR: '#5B21B6',
      KEYFERRY_HOST_LOGO: 'logo.png',
    },
    bytes('\x89PNG\r\n\x1a\n...'),
  );
  expect(look).toMatchObject({
    name: 'Acme & Söhne',
    url: 'https://acme.example/settings?tab=apps',
    colour: '#5b21b6',
    logo: { type: 'image/png' },
  });
  expect(variables.inForce.map(({ name }) => name).sort()).toEqual([
    'KEYFERRY_HOST_COLOUR',
    'KEYFERRY_HOST_LOGO',
    'KEYFERRY_HOST_NAME',
    'KEYFERRY_HOST_URL',
  ]);
});

describe('a logo is what it begins with', () => {
  test.each([
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['RIFF\x10\x00\x00\x00WEBPVP8 ', 'image/webp'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<svg>', 'image/svg+xml'],
    ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg\n>', 'image/svg+xml'],
  ])('%j is %s', (start, type) => {
    expect(read({}, bytes(start)).look.logo?.type).toBe(type);
  });

  test.each(['', 'GIF89a', '<html><svg>', '<!doctype html><svg>', 'RIFF\x10\x00\x00\x00WAVE', '%PDF-1.7'])(
    '%j is none',
    start => {
      expect(read({}, bytes(start)).problems).toEqual(['KEYFERRY_HOST_LOGO']);
    },
  );

  test('and no longer than is served', () => {
    const most = new Uint8Array(LOGO_BYTES);
    most.set(bytes('\x89PNG\r\n\x1a\n'));
    expect(read({}, most).problems).toEqual([]);
    const more = new Uint8Array(LOGO_BYTES + 1);
    more.set(bytes('\x89PNG\r\n\x1a\n'));
    expect(read({}, more).problems).toEqual(['KEYFERRY_HOST_LOGO']);
  });
});

test.each([
  ['KEYFERRY_HOST_NAME', 'x'.repeat(61)],
  ['KEYFERRY_HOST_NAME', '  '],
  ['KEYFERRY_HOST_NAME', 'two\nlines'],
  ['KEYFERRY_HOST_COLOUR', 'purple'],
  ['KEYFERRY_HOST_COLOUR', '#fff'],
  ['KEYFERRY_HOST_COLOUR', '#5b21b6;}body{'],
  ['KEYFERRY_HOST_URL', 'javascript:alert(1)'],
])('%s is not %j', (name, value) => {
  expect(read({ [name]: value }).problems).toEqual([name]);
});
