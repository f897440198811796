import { expect, test } from 'vitest';
import { readCredential } from '../../protocol/index.ts';
import type { CalcomReader } from '../definition.ts';
import { refreshReply } from './refresh-reply.ts';

const NOW = Date.UTC(2026, 0, 1);
const END = NOW + 3_600_000;
const YEAR = 365 * 86_400;

function reply(reader: Partial<CalcomReader>, sent: object = {}, withRefreshToken = false): unknown {
  const whole: CalcomReader = {
    refreshReply: 'flat',
    pushExpiry: 'expiry_date_ms',
    refreshed: 'works',
    remark: '',
    needs: [],
    ...reader,
  };
  const credential = readCredential(
    { access_token: 'a', token_type: 'bearer', expires_in: 3600, ...sent },
    NOW,
  );
  return refreshReply(credential, whole, NOW, { withRefreshToken });
}

test('the flat reply of OAuthManager', () => {
  expect(reply({}, { refresh_token: 'r', api_domain: 'https://api.example', id: null })).toEqual({
    access_token: 'a',
    token_type: 'Bearer',
    expiry_date: END,
    expires_in: 3600,
    api_domain: 'https://api.example',
  });
  expect(reply({}, { refresh_token: 'r' }, true)).toMatchObject({ refresh_token: 'r' });
});

test('the full reply of Webex', () => {
  expect(reply({ refreshReply: 'full', scope: 'exact scope' })).toEqual({
    access_token: 'a',
    refresh_token: 'refresh_token',
    refresh_token_expires_in: YEAR,
    token_type: 'Bearer',
    scope: 'exact scope',
    expiry_date: END,
    expires_in: 3600,
  });
});

test('the envelope of Lark and Feishu, in seconds', () => {
  expect(
    reply({ refreshReply: 'envelope', pushExpiry: 'expiry_date_s' }, { refresh_token: 'r' }, true),
  ).toEqual({
    code: 0,
    data: {
      access_token: 'a',
      refresh_token: 'r',
      refresh_expires_in: YEAR,
      refresh_expires_date: NOW / 1000 + YEAR,
      token_type: 'Bearer',
      expiry_date: END / 1000,
      expires_in: 3600,
    },
  });
});

test('an end is never 0, and none is made up for a reader that does without', () => {
  expect(reply({}, { expires_in: 0.4 })).toMatchObject({ expires_in: 1 });
  expect(reply({}, { expires_in: undefined })).toEqual({ access_token: 'a', token_type: 'Bearer' });
  expect(reply({ refreshReply: 'full' }, { expires_in: undefined })).toMatchObject({ expires_in: YEAR });
});

test('a stored key may have other names; the answer has ours', () => {
  const members = { access_token: 'accessToken' };
  expect(reply({ members, pushExpiry: 'expiryDate_ms' })).toMatchObject({
    access_token: 'a',
    expiry_date: END,
  });
});
