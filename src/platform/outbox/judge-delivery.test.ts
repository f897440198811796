import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { type Circumstances, judgeAnswer, judgeFailure } from './judge-delivery.ts';

const NOW = Date.UTC(2026, 0, 15);
const FIRST: Circumstances = { attempts: 1, random: 0.5, now: NOW, secrets: ['the secret'] };

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: new Headers(headers), body: text };
}

describe('an answer of the target', () => {
  test.each([
    [200, 'done'],
    [201, 'done'],
    [204, 'done'],
    [299, 'done'],
    [400, 'stopped'],
    [401, 'stopped'],
    [403, 'stopped'],
    [404, 'stopped'],
    [405, 'stopped'],
    [410, 'stopped'],
    [413, 'stopped'],
    [422, 'stopped'],
    [408, 'waiting'],
    [425, 'waiting'],
    [429, 'waiting'],
    [500, 'waiting'],
    [502, 'waiting'],
    [503, 'waiting'],
    [504, 'waiting'],
  ])('%i is %s', (status, state) => {
    expect(judgeAnswer(answer(status), FIRST)).toMatchObject({ state, status });
  });

  test.each([
    [1, 1_500],
    [2, 3_000],
    [5, 24_000],
    [30, 16_200_000],
  ])('after %i tries it waits %i ms, between seconds and hours', (attempts, waitMs) => {
    expect(judgeAnswer(answer(500), { ...FIRST, attempts })).toMatchObject({ waitMs });
  });

  test('waits at least as long as it asks', () => {
    expect(judgeAnswer(answer(429, '', { 'retry-after': '600' }), FIRST)).toMatchObject({ waitMs: 600_000 });
    const date = new Date(NOW + 60_000).toUTCString();
    expect(judgeAnswer(answer(503, '', { 'retry-after': date }), FIRST)).toMatchObject({ waitMs: 60_000 });
  });

  test.each([
    [{ message: 'User not found' }, 'User not found'],
    [{ code: 'user_not_found', detail: 'nobody' }, 'user_not_found: nobody'],
    [{ message: 'you sent the secret' }, 'you sent [secret]'],
    [{ message: 'x'.repeat(500) }, 'x'.repeat(200)],
    [{ message: 'in CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY' }, 'in CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY'],
    [{ message: 'bad keys: 00ff00ff00ff00ff:00ff' }, 'bad keys: [cut]'],
    [{ message: 'no the%20secret%20of%20us here' }, 'no [cut] here'],
    [{ message: 'no {"access_token":"the\nsecret"}' }, 'no [cut]'],
    [{ message: { not: 'a text' } }, 'answered 404'],
    [{ error: 'elsewhere' }, 'answered 404'],
    ['<html>the secret</html>', 'answered 404'],
    ['null', 'answered 404'],
  ])('%j is shown as %s', (body, error) => {
    expect(judgeAnswer(answer(404, body), FIRST)).toMatchObject({ error });
  });
});

describe('no answer of the target', () => {
  test.each([
    ['timeout', 'waiting'],
    ['connection', 'waiting'],
    ['too_large', 'waiting'],
    ['redirect', 'stopped'],
    ['address', 'stopped'],
  ] as const)('%s is %s', (kind, state) => {
    const failure = new OutboundError(kind, `a ${kind}`, true);
    expect(judgeFailure(failure, FIRST)).toMatchObject({ state, status: null, error: `a ${kind}` });
  });
});

describe('a grant that gives no token', () => {
  test.each([
    ['needs_reconnect', 'stopped'],
    ['sealed_unreadable', 'stopped'],
    ['unauthenticated', 'stopped'],
    ['provider_busy', 'waiting'],
    ['provider_failed', 'waiting'],
    ['provider_unreachable', 'waiting'],
    ['provider_client_refused', 'waiting'],
    ['app_keys_missing', 'waiting'],
    ['busy', 'waiting'],
  ] as const)('for %s is %s', (code, state) => {
    expect(judgeFailure(new KeyferryError(code, 'said'), FIRST)).toMatchObject({ state, error: code });
  });

  test('waits at least as long as the provider asks', () => {
    const failure = new KeyferryError('provider_busy', 'said', { retryAfterMs: 600_000 });
    expect(judgeFailure(failure, FIRST)).toMatchObject({ waitMs: 600_000 });
  });
});

test('what is unknown is ours: it waits, and its words are not shown', () => {
  const verdict = judgeFailure(new Error('the secret'), FIRST);
  expect(verdict).toMatchObject({ state: 'waiting', error: 'failed here: the log has it' });
});
