import { describe, expect, test } from 'vitest';
import { MINIMUM_SECONDS_HEADER, REJECTED_TOKEN_HEADER, tokenFingerprint } from '../../protocol/index.ts';
import { judgeAnswer, syncRequest } from './sync-client.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
/** Five minutes between two clocks. */
const SKEW = 300_000;
const SECONDS = NOW / 1000 + 3_600;

function judged(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return judgeAnswer({ status, headers: new Headers(headers), body: text }, NOW);
}

const token = (members: object) => ({ access_token: 'at', ...members });

test('an answer with members that cannot be stored is taken without them', () => {
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  const credential = judged(200, `{"access_token":"at","token_type":"x\\r\\ny","x":${deep}}`);
  expect(credential).toMatchObject({ tokenType: 'Bearer', wire: { access_token: 'at' } });
});

describe('an answer that is taken', () => {
  test.each([
    ['a token alone', {}, null],
    ['expiry_date 0', { expiry_date: 0 }, null],
    ['expires_in 0', { expires_in: 0 }, null],
    ['expires_in', { expires_in: 3_600 }, NOW + HOUR],
    ['expiry_date in milliseconds', { expiry_date: NOW + HOUR }, NOW + HOUR],
    ['expiry_date in seconds', { expiry_date: SECONDS }, NOW + HOUR],
    ['expires_in as an epoch', { expires_in: SECONDS }, NOW + HOUR],
    ['numbers as texts', { expires_in: '3600' }, NOW + HOUR],
    ['an ISO date', { expiry_date: new Date(NOW + HOUR).toISOString() }, NOW + HOUR],
    ['refresh_token null', { refresh_token: null, expires_in: 3_600 }, NOW + HOUR],
    [
      'both, the date an hour past: an old lifetime',
      { expires_in: 3_600, expiry_date: NOW - HOUR },
      NOW - HOUR,
    ],
    ["both, the platform's clock ahead", { expires_in: 3_600, expiry_date: NOW + HOUR + SKEW }, NOW + HOUR],
    [
      "both, the platform's clock behind",
      { expires_in: 3_600, expiry_date: NOW + HOUR - SKEW },
      NOW + HOUR - SKEW,
    ],
    ['both, behind, and near its end', { expires_in: 200, expiry_date: NOW + 200_000 - SKEW }, NOW + 60_000],
    ['both, behind, and at its end', { expires_in: 20, expiry_date: NOW + 20_000 - SKEW }, NOW + 20_000],
  ])('%s', (_, members, expiresAt) => {
    expect(judged(200, token(members))).toMatchObject({ accessToken: 'at', expiresAt });
  });
});

describe('its content type', () => {
  test.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;charset=UTF-8',
    'text/json',
    'application/vnd.api+json',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    '',
  ])('"%s" may be JSON', type => {
    expect(judged(200, token({}), { 'content-type': type }).accessToken).toBe('at');
  });
});

describe('an answer that is not', () => {
  test.each([
    ['an empty body', 200, '', 'platform_malformed'],
    ['{}', 200, {}, 'platform_malformed'],
    ['204', 204, '', 'platform_malformed'],
    ['an empty access_token', 200, { access_token: '' }, 'platform_malformed'],
    ['an access_token that is a number', 200, { access_token: 5 }, 'platform_malformed'],
    ['a token in an envelope', 200, { data: { access_token: 'at' } }, 'platform_malformed'],
    ['null', 200, 'null', 'platform_malformed'],
    ['HTML with 200', 200, '<!doctype html>', 'platform_malformed'],
    ['a body cut short', 200, '{"access_token":"at"', 'platform_malformed'],
    ['401 invalid_token', 401, { error: 'invalid_token' }, 'platform_refused'],
    ['403', 403, { message: 'Invalid secret' }, 'platform_refused'],
    ['404', 404, { message: 'unknown' }, 'platform_unknown'],
    ['405', 405, '', 'platform_malformed'],
    ['429', 429, {}, 'platform_busy'],
    ['503 without Retry-After', 503, {}, 'platform_unreachable'],
    ['502', 502, '', 'platform_unreachable'],
    ['504', 504, '', 'platform_unreachable'],
    ['500', 500, { error: 'no' }, 'platform_unreachable'],
    ['HTML with 500', 500, '<html>', 'platform_unreachable'],
    ['500 with a token', 500, token({}), 'platform_unreachable'],
    ['403 with a token', 403, token({}), 'platform_refused'],
    ['400 invalid_grant', 400, { error: 'invalid_grant' }, 'needs_reconnect'],
    ['401 invalid_grant', 401, { error: 'invalid_grant' }, 'needs_reconnect'],
    ['409', 409, { message: 'connect again' }, 'needs_reconnect'],
    ['409 of a proxy', 409, '<html>', 'platform_malformed'],
    ['400 otherwise', 400, { error: 'invalid_request' }, 'platform_malformed'],
  ])('%s', (_, status, body, code) => {
    expect(() => judged(status, body)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['7', 7_000],
    [new Date(NOW + 9_000).toUTCString(), 9_000],
    ['soon', null],
  ])('Retry-After: %s', (value, retryAfterMs) => {
    expect(() => judged(429, {}, { 'retry-after': value })).toThrow(
      expect.objectContaining({ code: 'platform_busy', retryAfterMs }),
    );
  });

  test.each([
    'text/html',
    'text/html; charset=utf-8',
    'application/xml',
    'multipart/form-data; boundary=x',
    'image/png',
    'application/jsonp',
  ])('200 as %s', type => {
    const headers = { 'content-type': type };
    expect(() => judged(200, token({}), headers)).toThrow(
      expect.objectContaining({ code: 'platform_malformed' }),
    );
  });

  test('is told without its text', () => {
    for (const [status, body] of [
      [200, 'SECRET-OF-THE-ANSWER'],
      [500, { access_token: 'SECRET-OF-THE-ANSWER' }],
      [400, { error: 'SECRET-OF-THE-ANSWER' }],
    ] as const) {
      expect(() => judged(status, body)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('SECRET') }),
      );
    }
  });
});

describe('the request', () => {
  const ours = { secret: 's', header: null, rejectedToken: null, minimumSeconds: 0 };

  test("is Cal.com's, byte for byte", () => {
    expect(syncRequest({ calcomUserId: 300, appSlug: 'zoom' }, { ...ours, header: 'X-Sync' })).toEqual({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'x-sync': 's' },
      body: 'calcomUserId=300&appSlug=zoom',
    });
  });

  test('names the refused token without telling it, and how long the next must hold', () => {
    const { headers } = syncRequest(
      { calcomUserId: 1, appSlug: 'zoom' },
      { ...ours, rejectedToken: 'dead', minimumSeconds: 90 },
    );
    expect(headers?.[REJECTED_TOKEN_HEADER]).toBe(tokenFingerprint('dead', 's'));
    expect(headers?.[MINIMUM_SECONDS_HEADER]).toBe('90');
    expect(JSON.stringify(headers)).not.toContain('dead');
  });
});
