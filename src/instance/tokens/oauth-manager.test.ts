import { describe, expect, test } from 'vitest';
import { callingProvider } from '../../../test/calling-provider.ts';
import { describeEngines } from '../../../test/engines.ts';
import { answering } from '../../../test/faulty-server.ts';
import { SECRET } from '../../../test/instance.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';

// The cases of Cal.com's OAuthManager.test.ts and of the tests beside it, by their titles, in their order. Where this
// instance does better on purpose, the title says what it does.
const HOUR = 3_600_000;
const NEW = { access_token: 'new', expires_in: 3600 };
const GET = { method: 'GET', path: '/things' } as const;

describeEngines('what OAuthManager promises', engine => {
  const ground = tokenGround(engine);
  const { token, row, push, pushExpired } = ground;
  const asked = () => ground.platform.seen.length;

  describe('getTokenObjectOrFetch', () => {
    test.each([
      ['none is stored', {}],
      ['one is stored', { refresh_token: 'a-refresh-token' }],
    ])('no refresh token travels when %s', async (_, members) => {
      await push({ access_token: 'old', expiry_date: ground.clock.now() - 1, ...members });
      ground.platform.answer = answering(200, NEW);
      await token();
      expect(ground.platform.seen[0]?.body).toBe(`calcomUserId=${ground.userId}&appSlug=${SLUG}`);
      expect(JSON.stringify(ground.platform.seen)).not.toContain('a-refresh-token');
    });

    /** What is stored, in milliseconds from now; whether the platform is asked for another. */
    test.each<[string, (now: number) => object, boolean]>([
      ['does not fetch while it has not expired', now => ({ expiry_date: now + HOUR }), false],
      ['fetches when it has expired', now => ({ expiry_date: now - 1 }), true],
      ['fetches when it is about to expire', now => ({ expiry_date: now + 5_000 }), true],
      ['does not when it is a little longer', now => ({ expiry_date: now + 5_001 }), false],
      ['expires_in 0: nobody said, so it is used until it is refused', () => ({ expires_in: 0 }), false],
      ['a relative expires_in counts from when it came', () => ({ expires_in: 3600 }), false],
      ['an epoch expires_in in the future: does not', now => ({ expires_in: (now + HOUR) / 1000 }), false],
      ['an epoch expires_in of now: fetches', now => ({ expires_in: now / 1000 }), true],
      ['no expiry: nobody said, so it is used until it is refused', () => ({}), false],
    ])('%s', async (_, members, fetches) => {
      await push({ access_token: 'old', ...members(ground.clock.now()) });
      ground.platform.answer = answering(200, NEW);
      expect((await token()).accessToken).toBe(fetches ? 'new' : 'old');
      expect(asked()).toBe(fetches ? 1 : 0);
    });

    test('a relative expires_in ends', async () => {
      await push({ access_token: 'old', expires_in: 3600 });
      ground.platform.answer = answering(200, NEW);
      ground.clock.advance(HOUR - 5_000);
      expect((await token()).accessToken).toBe('new');
    });

    test('the endpoint is hit with POST, the secret, calcomUserId and appSlug', async () => {
      await pushExpired();
      ground.platform.answer = answering(200, NEW);
      await token();
      expect(ground.platform.seen).toMatchObject([
        {
          method: 'POST',
          path: '/sync',
          headers: {
            'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
            'calcom-webhook-secret': SECRET,
          },
          body: `calcomUserId=${ground.userId}&appSlug=${SLUG}`,
        },
      ]);
    });

    test.each([
      ['null: an error', answering(200, 'null'), 'platform_malformed'],
      ['a failure: that error', answering(500, {}), 'platform_unreachable'],
      ['an unusable token object: that error', answering(400, { error: 'invalid_grant' }), 'needs_reconnect'],
    ])('fetching gives %s', async (_, answer, code) => {
      await pushExpired();
      ground.platform.answer = answer;
      await expect(token()).rejects.toMatchObject({ code });
    });

    test('the token object is read when it is needed: a push in between is used', async () => {
      await push({ access_token: 'first', expires_in: 3600 });
      expect((await token()).accessToken).toBe('first');
      await push({ access_token: 'second', expires_in: 3600 });
      expect((await token()).accessToken).toBe('second');
    });

    test('for an owner that is not there it throws, by a code', async () => {
      const request = { userId: 2_000_000_000, appSlug: SLUG };
      const asking = ground.side.instance.accessToken(request);
      await expect(asking).rejects.toMatchObject({ code: 'credential_not_found', status: 404 });
    });

    test('without sync there is nobody to ask: a code, and nothing is sent', async () => {
      const off = await ground.another({}, { secret: null, encryptionKey: null });
      await pushExpired();
      await expect(token({}, off)).rejects.toMatchObject({ code: 'sync_endpoint_missing' });
      expect(asked()).toBe(0);
    });
  });

  describe('request', () => {
    test('adds Authorization and the content type', async () => {
      await push({ access_token: 'good', expires_in: 3600 });
      const { provider, call } = await callingProvider(ground);
      provider.answer = answering(200, { ok: true });
      expect(await call({ method: 'POST', path: '/things', json: { a: 1 } })).toEqual({ ok: true });
      const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };
      expect(provider.seen).toMatchObject([{ method: 'POST', path: '/things', headers, body: '{"a":1}' }]);
    });

    test('expired: the endpoint is asked first, then the request is made with what it gave', async () => {
      await pushExpired();
      ground.platform.answer = answering(200, { access_token: 'bare' });
      const { provider, call } = await callingProvider(ground);
      provider.answer = answering(200, {});
      await call(GET);
      expect(provider.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer bare']);
      // Theirs makes up a year where none was given.
      expect(await row()).toMatchObject({ expiresAt: null, status: 'working' });
    });

    test('an unusable access token: another is asked for and the call repeated; nothing is invalidated', async () => {
      await push({ access_token: 'refused', expires_in: 3600 });
      ground.platform.answer = answering(200, NEW);
      const { provider, call } = await callingProvider(ground);
      provider.answer = ({ headers }, response) =>
        void response.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
      expect(await call(GET)).toEqual({});
      expect([asked(), provider.seen.length]).toEqual([1, 2]);
      expect(await row()).toMatchObject({ status: 'working', version: 2 });
    });

    test('an unusable token object: the credential is marked, its expiry stays', async () => {
      await push({ access_token: 'refused', expiry_date: ground.clock.now() + HOUR });
      ground.platform.answer = answering(409, { code: 'needs_reconnect' });
      const { provider, call } = await callingProvider(ground);
      provider.answer = answering(401, { error: 'invalid_token' });
      await expect(call(GET)).rejects.toMatchObject({ code: 'needs_reconnect' });
      const expiresAt = ground.clock.now() + HOUR;
      expect(await row()).toMatchObject({ status: 'needs_reconnect', expiresAt, version: 1 });
    });

    test.each([
      ['204 without a body is null, and valid', 204, '', null],
      ['2xx with a body is its JSON, and valid', 200, '{"a":1}', { a: 1 }],
    ])('%s', async (_, status, body, value) => {
      await push({ access_token: 'good', expires_in: 3600 });
      const { provider, call } = await callingProvider(ground);
      provider.answer = (_request, response) => void response.writeHead(status).end(body);
      expect(await call(GET)).toEqual(value);
      expect([asked(), (await row()).version]).toEqual([0, 1]);
    });

    test('a provider that cannot be reached: an error, and nothing is invalidated', async () => {
      await push({ access_token: 'good', expires_in: 3600 });
      const { provider, call } = await callingProvider(ground);
      provider.answer = (_, response) => void response.destroy();
      await expect(call(GET)).rejects.toMatchObject({ code: 'provider_unreachable' });
      expect(await row()).toMatchObject({ status: 'working', version: 1 });
      expect((await token()).accessToken).toBe('good');
      expect(asked()).toBe(0);
    });
  });

  describe('parseRefreshTokenResponse and universalSchema', () => {
    test.each<[string, object, object | null]>([
      ['only access_token', { access_token: 'at' }, { expiresAt: null }],
      ['no access_token', { expires_in: 3600 }, null],
      ['members that nobody knows', { access_token: 'at', instance_url: 'https://x.example' }, {}],
      [
        'all the members',
        { access_token: 'at', token_type: 'bearer', scope: 's', refresh_token: 'r', expires_in: 60 },
        { tokenType: 'bearer', scope: 's' },
      ],
      ['an expiry_date that says nothing', { access_token: 'at', expiry_date: 'soon' }, { expiresAt: null }],
      ['an expiry_date of another type', { access_token: 'at', expiry_date: [1] }, { expiresAt: null }],
      ['no number in it', { access_token: 'at', scope: 's' }, { scope: 's' }],
    ])('%s', async (_, answer, taken) => {
      await pushExpired();
      ground.platform.answer = answering(200, answer);
      if (taken === null) await expect(token()).rejects.toMatchObject({ code: 'platform_malformed' });
      else expect(await token()).toMatchObject({ accessToken: 'at', ...taken });
    });
  });
});
