import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import {
  type Circumstances,
  HOST_PATIENCE,
  judgeAnswer,
  judgeFailure,
  UNSURE_ATTEMPTS,
} from './judge-delivery.ts';

const NOW = Date.UTC(2026, 0, 15);
const FIRST: Circumstances = {
  to: 'target',
  attempts: 1,
  ageMs: 0,
  random: 0.5,
  now: NOW,
  secrets: ['the secret'],
};
const HOST: Circumstances = { ...FIRST, to: 'host' };
const OWN_WORDS = { message: 'User not found' };

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
    [599, 'waiting'],
    [999, 'waiting'],
  ])('%i is %s', (status, state) => {
    expect(judgeAnswer(answer(status, OWN_WORDS), FIRST)).toMatchObject({ state, status });
  });

  test.each([301, 307, 308])('%i, an address that has moved, stops', status => {
    const verdict = { state: 'stopped', error: `answered ${status}: redirects are refused` };
    expect(judgeAnswer(answer(status), FIRST)).toMatchObject(verdict);
    expect(judgeAnswer(answer(status), HOST)).toMatchObject(verdict);
  });

  test.each([302, 303, 401, 403, 404, 405])(
    "%i in nobody's words is tried again, for half an hour at most",
    status => {
      for (const body of ['', '<html>404 page not found</html>', 'default backend - 404', '"text"']) {
        let waitedMs = 0;
        for (let attempts = 1; attempts < UNSURE_ATTEMPTS; attempts += 1) {
          const { state, waitMs } = judgeAnswer(answer(status, body), { ...FIRST, attempts, random: 1 });
          expect(state).toBe('waiting');
          waitedMs += waitMs;
        }
        expect(waitedMs).toBeLessThan(1_800_000);
        const last = judgeAnswer(answer(status, body), { ...FIRST, attempts: UNSURE_ATTEMPTS });
        expect(last).toMatchObject({ state: 'stopped', status });
      }
    },
  );

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

describe('an answer of the host', () => {
  const AFTER_DAYS = { ...HOST, ageMs: HOST_PATIENCE.ms, attempts: 20 };

  test.each([100, 302, 303, 400, 401, 403, 404, 405, 408, 413, 422, 425, 429, 500, 503, 999])(
    '%i is told again for days, in whatever words, then stops',
    status => {
      for (const body of ['', OWN_WORDS]) {
        expect(judgeAnswer(answer(status, body), HOST)).toMatchObject({ state: 'waiting', status });
        const almost = { ...AFTER_DAYS, ageMs: HOST_PATIENCE.ms - 1 };
        expect(judgeAnswer(answer(status, body), almost)).toMatchObject({ state: 'waiting' });
        expect(judgeAnswer(answer(status, body), AFTER_DAYS)).toMatchObject({ state: 'stopped' });
      }
    },
  );

  test('410 stops: nobody listens there any more', () => {
    expect(judgeAnswer(answer(410), HOST)).toMatchObject({ state: 'stopped', status: 410 });
  });

  test('that does not come is waited for as long, and what is old is told a few times all the same', () => {
    for (const kind of ['timeout', 'connection', 'too_large'] as const) {
      const failure = new OutboundError(kind, `a ${kind}`, true);
      expect(judgeFailure(failure, HOST)).toMatchObject({ state: 'waiting' });
      expect(judgeFailure(failure, { ...AFTER_DAYS, attempts: 1 })).toMatchObject({ state: 'waiting' });
      expect(judgeFailure(failure, AFTER_DAYS)).toMatchObject({ state: 'stopped' });
    }
  });
});

describe('what is learnt about all that goes the same way', () => {
  const fault = { retryAfterMs: null, all: false };

  test.each([
    [200, '', 'well'],
    [404, OWN_WORDS, 'well'],
    [404, '<html>', fault],
    [500, OWN_WORDS, fault],
    [302, '', fault],
  ] as const)('%i with %j', (status, body, receiver) => {
    expect(judgeAnswer(answer(status, body), FIRST).receiver).toEqual(receiver);
  });

  test('how long it wants to be left alone; of a provider nothing', () => {
    const busy = answer(429, '', { 'retry-after': '30' });
    expect(judgeAnswer(busy, FIRST).receiver).toEqual({ retryAfterMs: 30_000, all: false });
    expect(judgeFailure(new OutboundError('timeout', 'late', true), FIRST).receiver).toEqual(fault);
    expect(judgeFailure(new KeyferryError('provider_busy', 'said'), FIRST).receiver).toBe('aside');
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
