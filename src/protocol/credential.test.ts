import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  credentialText,
  mergeRefreshed,
  readCredential,
  storedCredential,
  tokenCredentialSchema,
} from './credential.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;

function read(members: Record<string, unknown>) {
  return readCredential({ access_token: 'at', ...members }, NOW);
}

describe('the schema', () => {
  test('an access token is enough', () => {
    expect(read({})).toEqual({
      accessToken: 'at',
      refreshToken: null,
      tokenType: 'Bearer',
      scope: null,
      expiresAt: null,
      wire: { access_token: 'at' },
    });
  });

  test('a stored one has the expiry that was stored beside it, whatever it says itself', () => {
    const wire = { access_token: 'at', refresh_token: 'rt', expires_in: 60, expiry_date: NOW, more: [1] };
    for (const expiresAt of [null, NOW + HOUR]) {
      expect(storedCredential(wire, expiresAt)).toEqual({ ...readCredential(wire, NOW), expiresAt });
    }
    expect(() => storedCredential({ refresh_token: 'rt' }, null)).toThrow(z.ZodError);
  });

  test('reads every member that it knows', () => {
    const credential = read({
      refresh_token: 'rt',
      token_type: 'bearer',
      scope: 'a b',
      expiry_date: NOW + HOUR,
      expires_in: 3_600,
    });
    expect(credential).toMatchObject({
      refreshToken: 'rt',
      tokenType: 'bearer',
      scope: 'a b',
      expiresAt: NOW + HOUR,
    });
  });

  test.each([
    ['null', null],
    ['an array', []],
    ['a number', 5],
    ['a text', 'x'],
    ['nothing', undefined],
    ['no access token', {}],
    ['an access token that is a number', { access_token: 1 }],
    ['an access token that is null', { access_token: null }],
    ['an empty access token', { access_token: '' }],
    ['an access token with a line break', { access_token: 'a\r\nset-cookie: x' }],
    ['an access token beyond ASCII', { access_token: 'tök' }],
    ['a refresh token that is a number', { access_token: 'at', refresh_token: 1 }],
    ['a token type that is an object', { access_token: 'at', token_type: {} }],
    ['a scope that is an array', { access_token: 'at', scope: ['a'] }],
  ])('refuses %s', (_, value) => {
    expect(() => readCredential(value, NOW)).toThrow(z.ZodError);
  });

  test('names the member at fault and never its value', () => {
    const { error } = tokenCredentialSchema.safeParse({ access_token: 'hidden\n', refresh_token: 12345 });
    expect(error?.issues.map(({ path }) => path)).toEqual([['access_token'], ['refresh_token']]);
    expect(JSON.stringify(error?.issues)).not.toMatch(/hidden|12345/);
  });

  test('null in a known member counts as absent; elsewhere it stays', () => {
    const credential = read({
      refresh_token: null,
      token_type: null,
      scope: null,
      expiry_date: null,
      team: null,
    });
    expect(credential).toMatchObject({
      refreshToken: null,
      tokenType: 'Bearer',
      scope: null,
      expiresAt: null,
    });
    expect(credential.wire).toEqual({ access_token: 'at', expiry_date: null, team: null });
  });

  test.each(['', 'refresh_token'])('the refresh token "%s" is none', refresh_token => {
    expect(read({ refresh_token }).refreshToken).toBeNull();
  });

  test('an empty token type is Bearer', () => {
    expect(read({ token_type: '' }).tokenType).toBe('Bearer');
  });
});

test('the issue time and lifetime of an old token do not survive its refresh', () => {
  const before = {
    access_token: 'old',
    issued_at: '1700000000000',
    token_lifetime: 7200,
    instance_url: 'https://x',
  };
  const merged = mergeRefreshed(before, readCredential({ access_token: 'new' }, 0));
  expect(merged).toEqual({ access_token: 'new', instance_url: 'https://x' });
});

test('a credential nested too deep to be written is refused, not a crash', () => {
  const deep = JSON.parse(`{"access_token":"x","deep":${'['.repeat(9_000)}${']'.repeat(9_000)}}`);
  expect(() => credentialText(deep)).toThrow(expect.objectContaining({ code: 'body_invalid' }));
});
