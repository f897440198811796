import { describe, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { answering, type FaultyServer } from '../../../test/faulty-server.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';

const HOUR = 3_600_000;
const TOKEN = { access_token: 'a-token-that-must-not-be-taken', expires_in: 3600 };

type Answer = FaultyServer['answer'];
const dropped: Answer = (_, response) => void response.destroy();
const cutShort: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 });
  response.write('{"access_token":"a-token');
  response.destroy();
};
const html = (status: number) => answering(status, '<html>', { 'content-type': 'text/html' });

/** Each way to fail: its code, when the next try is due in seconds, and what it says of the platform as a whole. */
const WAYS: [way: string, answer: Answer, code: string, retry: number | null, state: string | null][] = [
  ['the connection is cut', dropped, 'platform_unreachable', 1, null],
  ['the answer is cut short', cutShort, 'platform_unreachable', 1, null],
  ['500', answering(500, { error: 'no' }), 'platform_unreachable', 1, null],
  ['500 with a token', answering(500, TOKEN), 'platform_unreachable', 1, null],
  ['502 of a proxy', html(502), 'platform_unreachable', 1, null],
  ['503 of a proxy', html(503), 'platform_unreachable', 1, null],
  ['500 that says when', answering(500, {}, { 'retry-after': '9' }), 'platform_unreachable', 9, null],
  ['401', answering(401, { message: 'no secret' }), 'platform_refused', 1, 'refusing'],
  ['403', answering(403, { message: 'Invalid secret' }), 'platform_refused', 1, 'refusing'],
  ['403 with a token', answering(403, TOKEN), 'platform_refused', 1, 'refusing'],
  ['404', answering(404, { message: 'unknown' }), 'platform_unknown', 1, 'answering'],
  ['409', answering(409, { code: 'needs_reconnect' }), 'needs_reconnect', null, 'answering'],
  ['400 invalid_grant', answering(400, { error: 'invalid_grant' }), 'needs_reconnect', null, 'answering'],
  ['409 of a proxy', html(409), 'platform_malformed', 1, 'answering'],
  ['429', answering(429, {}), 'platform_busy', 1, 'answering'],
  ['429 that says when', answering(429, {}, { 'retry-after': '7' }), 'platform_busy', 7, 'answering'],
  ['503 that says when', answering(503, {}, { 'retry-after': '120' }), 'platform_busy', 120, 'answering'],
  ['400', answering(400, { error: 'invalid_request' }), 'platform_malformed', 1, 'answering'],
  ['HTML', html(200), 'platform_malformed', 1, 'answering'],
  [
    'a token in HTML',
    answering(200, TOKEN, { 'content-type': 'text/html' }),
    'platform_malformed',
    1,
    'answering',
  ],
  ['nothing', answering(200, ''), 'platform_malformed', 1, 'answering'],
  ['an envelope', answering(200, { data: TOKEN }), 'platform_malformed', 1, 'answering'],
  ['a token that is no text', answering(200, { access_token: 5 }), 'platform_malformed', 1, 'answering'],
  ['a redirect', answering(307, '', { location: '/elsewhere' }), 'platform_malformed', 1, 'answering'],
  [
    'over 1 MiB',
    answering(200, { ...TOKEN, more: 'x'.repeat(1_100_000) }),
    'platform_malformed',
    1,
    'answering',
  ],
];

describeEngines('a refresh that fails', engine => {
  const ground = tokenGround(engine);
  const { token, row, events, push, pushExpired, logged } = ground;

  describe.each(WAYS)('by %s', (_, answer, code, retry, state) => {
    test('has its code, its consequence on the row, and one event', async () => {
      const { clock, platform, side } = ground;
      await pushExpired();
      platform.answer = answer;
      const before = side.instance.platformState();
      const failed = await token().catch(error => error);
      // More than our own first wait is what the platform asked for.
      const retryAfterMs = retry !== null && retry > 1 ? retry * 1000 : null;
      expect(failed).toMatchObject({ code, retryAfterMs, remedy: expect.any(String) });
      const dead = code === 'needs_reconnect';
      expect(await row()).toMatchObject({
        status: dead ? 'needs_reconnect' : 'failing',
        statusReason: code,
        failures: dead ? 0 : 1,
        retryAt: retry === null ? null : clock.now() + retry * 1000,
        failedAt: clock.now(),
        version: 1,
      });

      // Until then the same is said at once, over HTTP too.
      await expect(token()).rejects.toMatchObject({ code });
      const path = '/api/keyferry/v1/access-token';
      const told = await side.api('POST', path, { userId: ground.userId, appSlug: SLUG });
      expect([told.status, told.headers.get('retry-after')]).toEqual(
        dead ? [409, null] : [424, String(retry)],
      );
      expect(await told.json()).toMatchObject({ code, remedy: expect.any(String) });
      expect(platform.seen).toHaveLength(1);
      expect(await events()).toEqual([
        'credential.pushed version 1',
        `credential.${dead ? 'needs_reconnect' : 'failing'} ${code}`,
      ]);
      expect(logged.filter(({ msg }) => msg === 'refresh failed')).toHaveLength(1);
      expect(side.instance.platformState().state).toBe(state ?? before.state);
      expect(JSON.stringify([failed.message, failed.remedy, logged])).not.toContain('a-token');

      // The end of the incident has its event too.
      if (!dead) {
        clock.advance((retry ?? 0) * 1000);
        platform.answer = answering(200, { access_token: 'recovered', expires_in: 3600 });
        expect((await token()).accessToken).toBe('recovered');
      } else {
        await push({ access_token: 'reconnected', expiry_date: clock.now() + HOUR });
        expect((await token()).accessToken).toBe('reconnected');
      }
      expect((await events()).slice(2)).toEqual(['credential.recovered version 2']);
      expect(await row()).toMatchObject({
        status: 'working',
        statusReason: null,
        failures: 0,
        retryAt: null,
        failedAt: null,
      });
    });
  });

  test('many times and for many reasons in a row is one incident', async () => {
    const { clock, platform } = ground;
    await pushExpired();
    for (const answer of [answering(500, ''), dropped, answering(429, {}), html(200), answering(404, {})]) {
      platform.answer = answer;
      await expect(token()).rejects.toMatchObject({ name: 'KeyferryError' });
      clock.advance(60_000);
    }
    expect(await row()).toMatchObject({ failures: 5, statusReason: 'platform_unknown' });
    platform.answer = answering(409, { code: 'needs_reconnect' });
    await expect(token()).rejects.toMatchObject({ code: 'needs_reconnect' });
    await push({ access_token: 'reconnected' });
    expect(await events()).toEqual([
      'credential.pushed version 1',
      'credential.failing platform_unreachable',
      'credential.needs_reconnect needs_reconnect',
      'credential.recovered version 2',
    ]);
    expect(platform.seen).toHaveLength(6);
  });

  test('by nobody to ask is told before anything is locked, once on the row', async () => {
    const lonely = await ground.another({}, { endpoint: null });
    await pushExpired();
    for (let n = 0; n < 3; n += 1) {
      await expect(token({}, lonely)).rejects.toMatchObject({ code: 'sync_endpoint_missing', status: 424 });
    }
    expect(await row()).toMatchObject({
      status: 'failing',
      statusReason: 'sync_endpoint_missing',
      failures: 1,
    });
    expect(await events()).toHaveLength(2);
    // Whoever has an endpoint asks at once.
    ground.platform.answer = answering(200, { access_token: 'asked', expires_in: 3600 });
    expect((await token()).accessToken).toBe('asked');
  });

  test('leaves a token that still holds in use', async () => {
    const { clock, platform } = ground;
    await push({ access_token: 'short', expiry_date: clock.now() + 120_000 });
    platform.answer = answering(500, 'no');
    for (let n = 0; n < 3; n += 1) {
      expect(await token({ minimumSeconds: 600 })).toMatchObject({
        accessToken: 'short',
        expiresAt: clock.now() + 120_000,
      });
    }
    expect(platform.seen).toHaveLength(1);
    await expect(token({ rejectedToken: 'short' })).rejects.toMatchObject({ code: 'platform_unreachable' });
    platform.answer = answering(409, { code: 'needs_reconnect' });
    clock.advance(1_000);
    expect((await token({ minimumSeconds: 600 })).accessToken).toBe('short');
    expect(await row()).toMatchObject({ status: 'needs_reconnect' });
    clock.advance(120_000);
    await expect(token()).rejects.toMatchObject({ code: 'needs_reconnect' });
    expect(platform.seen).toHaveLength(2);
  });
});
