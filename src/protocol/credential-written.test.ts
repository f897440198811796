import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCredential, writeCredential } from './credential.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;

function read(members: Record<string, unknown>) {
  return readCredential({ access_token: 'at', ...members }, NOW);
}

describe('writeCredential', () => {
  const full = {
    refresh_token: 'rt',
    id_token: 'eyJ',
    scope: 'a',
    expires_at: NOW / 1000 + 3600,
    ext_expires_in: 7200,
    api_domain: 'https://example.com',
  };

  test('gives the expiry in the two spellings of the wire, and keeps the refresh token at home', () => {
    expect(writeCredential(read(full), NOW, { withRefreshToken: false })).toEqual({
      access_token: 'at',
      token_type: 'Bearer',
      scope: 'a',
      api_domain: 'https://example.com',
      expiry_date: NOW + HOUR,
      expires_in: 3600,
    });
  });

  test('sends the refresh token where it is to travel, and never the placeholder', () => {
    expect(writeCredential(read(full), NOW, { withRefreshToken: true })).toHaveProperty(
      'refresh_token',
      'rt',
    );
    const placeholder = read({ refresh_token: 'refresh_token' });
    expect(writeCredential(placeholder, NOW, { withRefreshToken: true })).not.toHaveProperty('refresh_token');
  });

  test('without an expiry says none', () => {
    const wire = writeCredential(read({ expires_in: 0 }), NOW, { withRefreshToken: false });
    expect(wire).toEqual({ access_token: 'at', token_type: 'Bearer' });
  });

  test('never gives an expires_in that reads as absent or as an epoch', () => {
    const expired = writeCredential(read({ expiry_date: NOW - HOUR }), NOW, { withRefreshToken: false });
    expect(expired).toMatchObject({ expiry_date: NOW - HOUR, expires_in: 1 });
  });

  const RESERVED = new Set([
    'access_token',
    'refresh_token',
    'id_token',
    'token_type',
    'scope',
    'expiry_date',
    'expiryDate',
    'expires_at',
    'expiresAt',
    'expires_in',
    'ext_expires_in',
    'issued_at',
    'token_lifetime',
  ]);
  const unknown = fc.dictionary(
    fc.string().filter(name => !RESERVED.has(name)),
    fc.jsonValue(),
  );

  test('unknown members survive the round trip untouched, and so does what we read', () => {
    fc.assert(
      fc.property(unknown, fc.option(fc.integer({ min: 1, max: 4e12 })), (members, expiry) => {
        const text = JSON.stringify({
          ...members,
          access_token: 'at',
          refresh_token: 'rt',
          expiry_date: expiry,
        });
        const first = readCredential(JSON.parse(text), NOW);
        const sent = JSON.stringify(writeCredential(first, NOW, { withRefreshToken: true }));
        const second = readCredential(JSON.parse(sent), NOW);
        expect(second).toEqual({ ...first, wire: second.wire });
        for (const [name, member] of Object.entries(JSON.parse(JSON.stringify(members)))) {
          expect(Object.getOwnPropertyDescriptor(second.wire, name)?.value).toEqual(member);
        }
      }),
      { examples: [[JSON.parse('{"__proto__":{"x":1},"constructor":null}'), 1]] },
    );
  });
});
