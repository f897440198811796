import { describe, expect, test } from 'vitest';
import { assertAllowed, fillEndpoint, fillParameters } from './fill-endpoint.ts';

const allowed = {
  'accounts-server': ['https://accounts.zoho.com', 'https://accounts.zoho.eu'],
  region: ['com', 'eu'],
} as const;

function filled(
  template: string,
  { keys = {}, members = {} }: { keys?: object; members?: object } = {},
): string {
  return fillEndpoint(template, { keys: { ...keys }, members: { ...members }, allowed }).href;
}

test('an address without placeholders stays as it is, http too: the operator put it there', () => {
  expect(filled('http://localhost:4000/token/')).toBe('http://localhost:4000/token/');
});

describe('a host of the operator', () => {
  const template = '{host}/oauth/token';
  test.each([
    ['https://cloud.example', 'https://cloud.example/oauth/token'],
    ['https://cloud.example/', 'https://cloud.example/oauth/token'],
    ['https://cloud.example/nextcloud', 'https://cloud.example/nextcloud/oauth/token'],
    ['https://cloud.example:8443', 'https://cloud.example:8443/oauth/token'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/oauth/token'],
    ['http://localhost', 'http://localhost/oauth/token'],
  ])('%s is taken', (host, address) => {
    expect(filled(template, { keys: { host } })).toBe(address);
  });
  test.each([
    'http://cloud.example',
    'ftp://cloud.example',
    'cloud.example',
    'https://ada:secret@cloud.example',
    'https://cloud.example/?x=',
    'https://cloud.example/#',
    'javascript:alert(1)',
    'http://127.0.0.1.evil.example',
  ])('%s is refused', host => {
    expect(() => filled(template, { keys: { host } })).toThrow(
      expect.objectContaining({ code: 'address_refused' }),
    );
  });
  test('that is not set is asked for', () => {
    for (const keys of [{}, { host: '' }, { host: 7 }]) {
      expect(() => filled(template, { keys })).toThrow(expect.objectContaining({ code: 'app_keys_missing' }));
    }
  });
});

describe('a part of a host', () => {
  test.each(['com', 'com.au', 'localhost:81'])('%s is taken', tld => {
    expect(filled('https://a.example.{tld}/t', { keys: { tld } })).toBe(`https://a.example.${tld}/t`);
  });
  test.each(['evil.example/', 'a@evil', 'x?', '#', 'com/../..', ' ', '.com'])('%j is refused', tld => {
    expect(() => filled('https://a.example.{tld}/t', { keys: { tld } })).toThrow(
      expect.objectContaining({ code: 'address_refused' }),
    );
  });
});

describe('a host from outside', () => {
  const template = '{accounts-server}/oauth/v2/token';
  test('is one that the record lists, and the first where there is none', () => {
    const members = { 'accounts-server': 'https://accounts.zoho.eu' };
    expect(filled(template, { members })).toBe('https://accounts.zoho.eu/oauth/v2/token');
    expect(filled(template)).toBe('https://accounts.zoho.com/oauth/v2/token');
    expect(filled('https://a.zoho.{region}/t', { members: { region: 'eu' } })).toBe('https://a.zoho.eu/t');
  });
  test.each([
    'https://evil.example',
    'https://accounts.zoho.eu.evil.example',
    'https://accounts.zoho.eu@evil.example',
    'http://accounts.zoho.eu',
    'https://accounts.zoho.eu/',
    '',
    null,
    ['https://accounts.zoho.eu'],
  ])('%j is none', server => {
    expect(() => filled(template, { members: { 'accounts-server': server } })).toThrow(
      expect.objectContaining({ code: 'address_refused' }),
    );
  });
  test('that the record does not list at all is not even looked at', () => {
    expect(() => filled('{host}/t', { members: { host: 'https://evil.example' } })).toThrow(
      expect.objectContaining({ code: 'app_keys_missing' }),
    );
    expect(() => filled('{toString}/t')).toThrow(expect.objectContaining({ code: 'app_keys_missing' }));
  });
});

test('what stands in the path stays in the path', () => {
  const at = (tenant: string) => filled('https://login.example/{tenant}/token', { keys: { tenant } });
  expect(at('a/b?c#d')).toBe('https://login.example/a%2Fb%3Fc%23d/token');
  for (const dots of ['.', '..']) {
    expect(() => at(dots)).toThrow(expect.objectContaining({ code: 'address_refused' }));
  }
});

test('parameters are filled, and none is sent half filled', () => {
  const values = { client_id: 'id', toString: 7 };
  expect(fillParameters({ type: 'x', app_id: '{client_id}' }, values)).toEqual({ type: 'x', app_id: 'id' });
  expect(() => fillParameters({ a: '{secret}' }, values)).toThrow(
    expect.objectContaining({ code: 'app_keys_missing' }),
  );
});

test('a member that the record lists no values for is free', () => {
  expect(() => assertAllowed('location', 'eu', allowed)).not.toThrow();
  expect(() => assertAllowed('region', 'sa', allowed)).toThrow(
    expect.objectContaining({ code: 'address_refused' }),
  );
});

test('a member of a token answer fills a path, and no host', () => {
  const inPath = { account: 'acct 1' };
  const at = (template: string, keys = {}) => fillEndpoint(template, { keys, inPath }).href;
  expect(at('https://a.example/v1/{account}')).toBe('https://a.example/v1/acct%201');
  expect(at('https://a.example/v1/{account}', { account: 'ours' })).toBe('https://a.example/v1/ours');
  for (const template of ['https://{account}.a.example/v1', '{account}/v1', 'https://a.example/{other}']) {
    expect(() => at(template)).toThrow(expect.objectContaining({ code: 'app_keys_missing' }));
  }
});
