import { describe, expect, test } from 'vitest';
import { readCredential } from '../../protocol/index.ts';
import type { CalcomReader } from '../definition.ts';
import { pushShape } from './push-shape.ts';

const NOW = Date.UTC(2026, 0, 1);
const END = NOW + 3_600_000;
const READER: CalcomReader = {
  refreshReply: 'flat',
  pushExpiry: 'expiry_date_ms',
  refreshed: 'works',
  remark: '',
  needs: [],
};

function shape(reader: Partial<CalcomReader>, sent: object = {}, withRefreshToken = false): unknown {
  const credential = readCredential(
    { access_token: 'a', refresh_token: 'r', expires_in: 3600, ...sent },
    NOW,
  );
  return pushShape(credential, { ...READER, ...reader }, NOW, { withRefreshToken });
}

describe('the end of a pushed key', () => {
  test.each([
    ['expiry_date_ms', { expiry_date: END }],
    ['expiry_date_s', { expiry_date: END / 1000 }],
    ['expiryDate_ms', { expiryDate: END }],
    ['expires_at_ms', { expires_at: END }],
    ['expires_in_epoch_s', { expires_in: END / 1000 }],
    ['issued_at_token_lifetime', { issued_at: String(NOW), token_lifetime: 3600 }],
    ['none', {}],
  ] as const)('has one spelling: %s', (pushExpiry, end) => {
    expect(shape({ pushExpiry })).toEqual({ access_token: 'a', token_type: 'Bearer', ...end });
  });

  test('is left out where nobody said, and is a year from now for a reader that insists', () => {
    const endless = { expires_in: undefined };
    expect(shape({}, endless)).toEqual({ access_token: 'a', token_type: 'Bearer' });
    const year = NOW + 365 * 86_400_000;
    expect(shape({ refreshReply: 'full' }, endless)).toMatchObject({ expiry_date: year });
    expect(shape({ refreshReply: 'envelope', pushExpiry: 'expiry_date_s' }, endless)).toMatchObject({
      expiry_date: year / 1000,
    });
  });

  test('leaves no spelling that came', () => {
    const came = { expiryDate: END, expires_at: END, expiresAt: END, issued_at: '1', token_lifetime: 1 };
    expect(shape({}, came)).toEqual({ access_token: 'a', token_type: 'Bearer', expiry_date: END });
  });
});

describe('a refresh token', () => {
  test('travels when it is to', () => {
    expect(shape({}, {}, true)).toMatchObject({ refresh_token: 'r' });
    expect(shape({})).not.toHaveProperty('refresh_token');
  });

  test("has a stand-in where the reader needs one, which never takes the true one's place", () => {
    const needs = ['refresh_token'];
    expect(shape({ needs })).toMatchObject({ refresh_token: 'refresh_token' });
    expect(shape({ needs }, {}, true)).toMatchObject({ refresh_token: 'r' });
    expect(shape({ needs }, { refresh_token: undefined }, true)).toMatchObject({
      refresh_token: 'refresh_token',
    });
  });

  test("never has the provider's lifetime: a reader deletes the row when that has passed", () => {
    const came = { refresh_expires_date: 1, refresh_expires_in: 1 };
    expect(shape({ refreshReply: 'envelope' }, came, true)).toMatchObject({
      refresh_expires_date: NOW / 1000 + 365 * 86_400,
      refresh_expires_in: 365 * 86_400,
    });
  });
});

test("members have the reader's names", () => {
  const members = {
    access_token: 'accessToken',
    token_type: 'tokenType',
    'accounts-server': 'accountServer',
  };
  const pushExpiry = 'expiryDate_ms';
  expect(shape({ members, pushExpiry }, { 'accounts-server': 'https://accounts.example' })).toEqual({
    accessToken: 'a',
    tokenType: 'Bearer',
    accountServer: 'https://accounts.example',
    expiryDate: END,
  });
});

test('a key that is kept as a text is one', () => {
  const key = shape({ stored: 'text', pushExpiry: 'none' }, { admin_id: '5' });
  expect(JSON.parse(String(key))).toEqual({ access_token: 'a', admin_id: '5', token_type: 'Bearer' });
});

test('the scope is the exact one of the reader, else what came, else none', () => {
  expect(shape({ scope: 'a b' }, { scope: 'b a' })).toMatchObject({ scope: 'a b' });
  expect(shape({}, { scope: 'b a' })).toMatchObject({ scope: 'b a' });
  expect(shape({})).not.toHaveProperty('scope');
});

test('nulls are left out, other members stay', () => {
  expect(shape({}, { id: null, api_domain: 'https://api.example', list: [1] })).toEqual({
    access_token: 'a',
    token_type: 'Bearer',
    expiry_date: END,
    api_domain: 'https://api.example',
    list: [1],
  });
});
