import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../lib/outbound.ts';
import { judgeNoAnswer, judgeTokens, type TokenRules } from './judge-tokens.ts';

const NOW = Date.UTC(2026, 0, 15);

const RULES: TokenRules = {
  errors: { grantDead: [], clientWrong: [], pause: [], policy: [] },
  expiry: { member: 'expires_in', unit: 's_from_now' },
  refreshLimit: null,
};

function judged(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  rules: TokenRules = RULES,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return judgeTokens({ status, headers: new Headers(headers), body: text }, rules, NOW);
}

test('tokens are read, whatever the provider writes them with', () => {
  const body = { access_token: 'a', token_type: 'bearer', expires_in: '3600', instance_url: 'https://x' };
  expect(judged(200, body)).toMatchObject({
    kind: 'tokens',
    credential: { accessToken: 'a', refreshToken: null, expiresAt: NOW + 3_600_000, wire: body },
  });
  expect(judged(201, { access_token: 'a' })).toMatchObject({
    kind: 'tokens',
    credential: { expiresAt: null },
  });
});

describe('what is no token', () => {
  test.each([
    [400, { error: 'invalid_grant' }, 'grant'],
    [401, { error: 'invalid_grant' }, 'grant'],
    [200, { error: 'invalid_grant' }, 'grant'],
    [400, { error: 'invalid_client' }, 'client'],
    [401, { error: 'invalid_client' }, 'client'],
    [400, { error: 'unauthorized_client' }, 'client'],
    [401, 'no', 'client'],
    [400, { error: 'invalid_request' }, 'request'],
    [400, { error: 'unsupported_grant_type' }, 'request'],
    [403, '<html>', 'request'],
    [404, '', 'request'],
    [400, { error: 'temporarily_unavailable' }, 'busy'],
    [429, { error: 'invalid_grant' }, 'busy'],
    [503, '', 'busy'],
    [500, { error: 'invalid_grant' }, 'failed'],
    [502, '<html>', 'failed'],
    [200, '<html>', 'malformed'],
    [200, '', 'malformed'],
    [200, 'null', 'malformed'],
    [200, [], 'malformed'],
    [200, {}, 'malformed'],
    [200, { access_token: '' }, 'malformed'],
    [200, { access_token: 7 }, 'malformed'],
    [200, { access_token: 'a\nb' }, 'malformed'],
  ])('%i %j is of the kind %s', (status, body, kind) => {
    expect(judged(status, body)).toMatchObject({ kind });
  });

  test('says how long to wait, where the provider does', () => {
    expect(judged(429, '', { 'retry-after': '120' })).toMatchObject({ retryAfterMs: 120_000 });
    expect(judged(429, '')).toMatchObject({ retryAfterMs: null });
  });

  test('shows an error code and nothing else that the provider says', () => {
    expect(judged(400, { error: 'invalid_scope', error_description: 'the secret' })).toMatchObject({
      reason: 'answered 400 invalid_scope',
    });
    expect(judged(400, { error: 'the secret, with blanks' })).toMatchObject({
      reason: 'answered 400 an error',
    });
    expect(judged(400, { error: '1__a-refresh-token_7' })).toMatchObject({ reason: 'answered 400 an error' });
  });
});

describe("a record's word", () => {
  const rules: TokenRules = {
    errors: {
      grantDead: ['BAD_REFRESH_TOKEN', '20026', 'inactive_user'],
      clientWrong: ['invalid_client_id', '700016'],
      pause: ['Access Denied'],
      policy: ['53003'],
    },
    expiry: { member: null, unit: 'unknown' },
    refreshLimit: { count: 10, perMs: 600_000 },
  };
  test.each([
    [400, { error: 'inactive_user' }, 'grant'],
    [400, { status: 'BAD_REFRESH_TOKEN', message: 'gone' }, 'grant'],
    [400, { code: 20026, msg: 'expired' }, 'grant'],
    [200, { code: 20026, msg: 'expired' }, 'grant'],
    [200, { error: 'inactive_user' }, 'grant'],
    [403, { error: { code: 'inactive_user' } }, 'grant'],
    [403, { errors: [{ code: 'inactive_user' }] }, 'grant'],
    [400, { error: 'invalid_client_id' }, 'client'],
    [400, { error: 'invalid_request', error_codes: [700016] }, 'client'],
    [400, { error: 'invalid_grant', error_codes: [53003] }, 'policy'],
    [400, { error: 'Access Denied', status: 'failure' }, 'busy'],
    [400, { code: 99, msg: 'else' }, 'request'],
    [500, { error: 'inactive_user' }, 'failed'],
    [429, { error: 'inactive_user' }, 'busy'],
  ])('on %i %j makes it %s', (status, body, kind) => {
    expect(judged(status, body, {}, rules)).toMatchObject({ kind });
  });

  test('is shown beside the code that it explains', () => {
    const body = { error: 'invalid_grant', error_codes: [53003, 1234567] };
    expect(judged(400, body, {}, rules)).toMatchObject({ reason: 'answered 400 invalid_grant 53003' });
  });

  test('on a limit says how long a pause lasts, where the provider does not', () => {
    const body = { error: 'Access Denied' };
    expect(judged(400, body, {}, rules)).toMatchObject({ retryAfterMs: 600_000 });
    expect(judged(400, body, { 'retry-after': '7' }, rules)).toMatchObject({ retryAfterMs: 7_000 });
  });

  test('on an envelope is opened', () => {
    const wrapped: TokenRules = { ...RULES, envelope: 'data' };
    const data = { access_token: 'a', expires_in: 60 };
    expect(judged(200, { code: 0, msg: 'ok', data }, {}, wrapped)).toMatchObject({
      kind: 'tokens',
      credential: { accessToken: 'a', expiresAt: NOW + 60_000, wire: data },
    });
    for (const body of [{ code: 0 }, { code: 0, data: {} }, data, { code: 0, data: [] }]) {
      expect(judged(200, body, {}, wrapped)).toMatchObject({ kind: 'malformed' });
    }
    expect(judged(200, { code: 7, data }, {}, wrapped)).toMatchObject({ kind: 'request' });
  });

  test.each([
    [{ member: 'expires_in', unit: 's_from_now' }, { expires_in: 60 }, NOW + 60_000],
    [{ member: 'expires_in', unit: 'epoch_s' }, { expires_in: NOW / 1000 + 60 }, NOW + 60_000],
    [{ member: 'ends', unit: 'epoch_ms' }, { ends: NOW + 60_000, expires_in: 7 }, NOW + 60_000],
    [{ member: 'expires_in', unit: 's_from_now' }, {}, null],
    [{ member: 'expires_in', unit: 's_from_now', defaultSeconds: 60 }, {}, NOW + 60_000],
    [{ member: 'expires_in', unit: 's_from_now', defaultSeconds: 60 }, { expires_in: 0 }, NOW + 60_000],
    [{ member: null, unit: 'none' }, { expires_in: 60 }, null],
    [{ member: null, unit: 'unknown', defaultSeconds: 60 }, {}, NOW + 60_000],
    [{ member: null, unit: 'unknown', defaultSeconds: 60 }, { expires_in: 90 }, NOW + 90_000],
    [{ member: null, unit: 's_from_now', defaultSeconds: 60 }, { expires_in: 90 }, NOW + 60_000],
  ] as const)('on the expiry, %j, is taken', (expiry, members, expiresAt) => {
    expect(judged(200, { access_token: 'a', ...members }, {}, { ...RULES, expiry })).toMatchObject({
      credential: { expiresAt },
    });
  });
});

describe('no answer', () => {
  test.each([
    ['timeout', 'unanswered'],
    ['connection', 'unanswered'],
    ['redirect', 'request'],
    ['too_large', 'malformed'],
  ] as const)('for a %s is of the kind %s', (kind, outcome) => {
    expect(judgeNoAnswer(new OutboundError(kind, 'x', true))).toMatchObject({ kind: outcome });
  });

  test('of a request that was never sent is told apart', () => {
    expect(judgeNoAnswer(new OutboundError('connection', 'ECONNREFUSED', false))).toEqual({
      kind: 'unreachable',
      reason: 'ECONNREFUSED',
      retryAfterMs: null,
    });
  });

  test.each([
    ['a time-out', judgeNoAnswer(new OutboundError('timeout', 'x', true))],
    ['an answer too long to read', judgeNoAnswer(new OutboundError('too_large', 'x', true))],
    ['an answer without a token', judged(200, { token_type: 'bearer' })],
    ['a gateway that waited in vain', judged(504, '')],
    ['a gateway that understood nothing', judged(502, '')],
  ])('is what %s comes to: the provider may have done what was asked', (_, outcome) => {
    expect(outcome).toMatchObject({ maybeDone: true });
  });

  test.each([
    ['refused', judged(400, { error: 'invalid_request' })],
    ['turned away', judged(429, '')],
    ['failed', judged(500, '')],
    ['redirected', judgeNoAnswer(new OutboundError('redirect', 'x', true))],
  ])('is not what a request that was %s comes to', (_, outcome) => {
    expect(outcome).not.toHaveProperty('maybeDone');
  });

  test('that is not of the network is thrown on', () => {
    expect(() => judgeNoAnswer(new TypeError('ours'))).toThrow('ours');
  });
});
