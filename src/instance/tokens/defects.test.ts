import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callingProvider } from '../../../test/calling-provider.ts';
import { describeEngines } from '../../../test/engines.ts';
import { answering, startFaultyServer } from '../../../test/faulty-server.ts';
import { SECRET } from '../../../test/instance.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';
import { createCatalogue } from '../../apps/index.ts';
import { createEffects } from '../../lib/effects.ts';
import { createLog } from '../../lib/log.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { open } from '../../lib/sealed-box.ts';
import { MINIMUM_SECONDS_HEADER, REJECTED_TOKEN_HEADER, tokenFingerprint } from '../../protocol/index.ts';
import { createAccessToken } from '../access-token.ts';
import { type CredentialKey, credentialIdentity } from '../store/index.ts';
import { watchPlatform } from './platform.ts';

const HOUR = 3_600_000;
const NEW = { access_token: 'new', expires_in: 3600 };
const GET = { method: 'GET', path: '/things' } as const;

// What Cal.com's refreshing side is known to do wrong, each shown the other way round.
describeEngines('Cal.com, and here:', engine => {
  const ground = tokenGround(engine);
  const { token, row, push, pushExpired } = ground;
  const asked = () => ground.platform.seen.length;

  /** What is stored, opened. */
  async function stored(): Promise<Record<string, unknown>> {
    const { rows } = await sql<CredentialKey & { sealedKey: string }>`
      select "userId", "appId", "account", "sealedKey" from "Credential"
      where "userId" = ${ground.userId}`.execute(ground.database.db);
    const [only] = rows;
    if (only === undefined) expect.unreachable('nothing is stored');
    return JSON.parse(open(ground.config.keyring, only.sealedKey, credentialIdentity(only)));
  }

  describe('16: no secret, or under another name than it is read by; here', () => {
    test.each([
      [null, ['calcom-webhook-secret', 'calcom-credential-sync-secret']],
      ['X-Own-Secret', ['x-own-secret']],
    ])('header %s: under %j', async (header, names) => {
      const instance = await ground.another({}, { header });
      await pushExpired();
      ground.platform.answer = answering(200, NEW);
      await token({}, instance);
      const sent = Object.entries(ground.platform.seen[0]?.headers ?? {});
      expect(sent.filter(([, value]) => value === SECRET).map(([name]) => name)).toEqual(
        expect.arrayContaining(names),
      );
      expect(sent.filter(([, value]) => value === SECRET)).toHaveLength(names.length);
    });
  });

  test('17: any number counts as the expiry; here a member that says so', async () => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: 'new', instance: 5, ext_expires_in: 7200 });
    expect(await token()).toMatchObject({ accessToken: 'new', expiresAt: null });
    ground.platform.answer = answering(200, { refreshed: 1, expires_in: 3600 });
    await expect(token({ force: true })).rejects.toMatchObject({ code: 'platform_malformed' });
  });

  test.each([
    ['left out', {}],
    ['null', { refresh_token: null }],
    ['empty', { refresh_token: '' }],
    ["the word 'refresh_token'", { refresh_token: 'refresh_token' }],
  ])('18: a made-up refresh token is stored; here %s leaves the old one', async (_, members) => {
    await pushExpired();
    ground.platform.answer = answering(200, { ...NEW, ...members });
    await token();
    expect(await stored()).toMatchObject({ access_token: 'new', refresh_token: 'kept' });
    await push({ access_token: 'old', expiry_date: 1 });
    await token();
    expect(await stored()).not.toHaveProperty('refresh_token');
  });

  test.each([
    ['no endpoint', { endpoint: null }],
    ['no secret', { secret: null, encryptionKey: null }],
  ])('19: two gates that differ; here one: with %s nothing is sent, and nothing judged', async (_, sync) => {
    const instance = await ground.another({}, sync);
    await pushExpired();
    await expect(token({}, instance)).rejects.toMatchObject({ code: 'sync_endpoint_missing' });
    expect(asked()).toBe(0);
  });

  test("20: a credential's id is sent as its user's, and members are read off a Response; here neither", async () => {
    await ground.expiredUsers(2);
    await pushExpired();
    expect((await row()).id).not.toBe(ground.userId);
    ground.platform.answer = answering(200, { ...NEW, scope: 's' });
    expect(await token()).toMatchObject({ accessToken: 'new', scope: 's' });
    expect(ground.platform.seen[0]?.body).toContain(`calcomUserId=${ground.userId}&`);
    expect(await stored()).toMatchObject({ access_token: 'new', scope: 's' });
  });

  test('21: a refreshed token is not used where there is no refresh token; here it is', async () => {
    await push({ access_token: 'old', expiry_date: ground.clock.now() - 1 });
    ground.platform.answer = answering(200, NEW);
    const { provider, call } = await callingProvider(ground);
    provider.answer = answering(200, {});
    await call(GET);
    await call(GET);
    expect(provider.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer new', 'Bearer new']);
    expect(asked()).toBe(1);
  });

  test.each<[string, (now: number) => object, (now: number) => number | null]>([
    ['no expiry', () => ({}), () => null],
    ['seconds for milliseconds', now => ({ expiry_date: (now + HOUR) / 1000 }), now => now + HOUR],
    ['milliseconds for seconds', now => ({ expires_in: now + HOUR }), now => now + HOUR],
    ['numbers as texts', () => ({ expires_in: '3600' }), now => now + HOUR],
    ['an ISO date', now => ({ expiry_date: new Date(now + HOUR).toISOString() }), now => now + HOUR],
  ])('22: %s is a year, never, or 1970; here it is what was meant', async (_, members, expiresAt) => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: 'new', ...members(ground.clock.now()) });
    const end = expiresAt(ground.clock.now());
    for (let use = 0; use < 3; use += 1) expect(await token()).toMatchObject({ expiresAt: end });
    expect(asked()).toBe(1);
    ground.clock.advance(HOUR);
    await token();
    expect(asked()).toBe(end === null ? 1 : 2);
  });

  test('23: a status is ignored where there is a token, and a silent endpoint is waited for; here neither', async () => {
    await pushExpired();
    ground.platform.answer = answering(500, NEW);
    await expect(token()).rejects.toMatchObject({ code: 'platform_unreachable' });
    expect(await stored()).toMatchObject({ access_token: 'old' });

    // The real one has ten seconds; what a deadline does is the same.
    const { config, database } = ground;
    const outbound = createOutbound({ deadlineMs: 50, maxBytes: 1_000, addresses: 'any' });
    onTestFinished(outbound.close);
    const effects = createEffects({ now: ground.clock.now, ...ground.effects() });
    const platform = watchPlatform({ database, effects });
    const catalogue = createCatalogue();
    const accessToken = createAccessToken({ config, database, catalogue, effects, outbound, platform });
    ground.clock.advance(1_000);
    ground.platform.answer = () => {};
    const asking = accessToken({ userId: ground.userId, appSlug: SLUG });
    await expect(asking).rejects.toMatchObject({ code: 'platform_unreachable' });
    expect(await row()).toMatchObject({ status: 'failing', failures: 2 });
  });

  test('24: a relayed invalid_grant marks a credential for good; here until a push or a token comes', async () => {
    await pushExpired();
    ground.platform.answer = answering(400, { error: 'invalid_grant' });
    await expect(token()).rejects.toMatchObject({ code: 'needs_reconnect' });
    await push({ access_token: 'pushed', expires_in: 3600 });
    expect((await token()).accessToken).toBe('pushed');
    expect(await row()).toMatchObject({ status: 'working', statusReason: null });
  });

  test.each([404, 409, 410, 422, 429, 500, 502, 503])(
    '25: a provider that says %i has the token thrown away; here it is left alone',
    async status => {
      await push({ access_token: 'good', expires_in: 3600 });
      const { provider, call } = await callingProvider(ground);
      provider.answer = answering(status, { error: 'no' });
      for (let n = 0; n < 10; n += 1)
        await expect(call(GET)).rejects.toMatchObject({ name: 'KeyferryError' });
      expect([asked(), provider.seen.length]).toEqual([0, 10]);
      expect(await row()).toMatchObject({ status: 'working', version: 1 });
    },
  );

  test('25: a call that failed for its token is not repeated; here it is, once', async () => {
    await push({ access_token: 'refused', expires_in: 3600 });
    ground.platform.answer = answering(200, NEW);
    const { provider, call } = await callingProvider(ground);
    provider.answer = answering(401, {});
    await expect(call(GET)).rejects.toMatchObject({ code: 'provider_refused' });
    expect(provider.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer refused',
      'Bearer new',
    ]);
  });

  test('26: each of 200 callers asks, and a push that comes meanwhile is lost; here one does, and it is kept', async () => {
    await pushExpired();
    ground.platform.answer = async (_, response) => {
      await push({ access_token: 'pushed', expires_in: 3600 });
      response.end(JSON.stringify(NEW));
    };
    const given = await Promise.all(Array.from({ length: 200 }, () => token()));
    expect(asked()).toBe(1);
    expect(new Set(given.map(({ accessToken }) => accessToken))).toEqual(new Set(['pushed']));
    expect(await stored()).toMatchObject({ access_token: 'pushed' });
  });

  test('27: who has no credential breaks it; here they get a code', async () => {
    const path = '/api/keyferry/v1/access-token';
    const answer = await ground.side.api('POST', path, { userId: ground.userId, appSlug: SLUG });
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'credential_not_found' }]);
  });

  test('28: the request cannot say why; here it can', async () => {
    await push({ access_token: 'refused', expires_in: 3600 });
    ground.platform.answer = answering(200, NEW);
    await token({ rejectedToken: 'refused', minimumSeconds: 90 });
    expect(ground.platform.seen[0]?.headers).toMatchObject({
      [REJECTED_TOKEN_HEADER]: tokenFingerprint('refused', SECRET),
      [MINIMUM_SECONDS_HEADER]: '90',
    });
  });

  test.each([
    ['revoked', answering(409, { code: 'needs_reconnect' }), 'needs_reconnect'],
    ['try later', answering(503, {}, { 'retry-after': '60' }), 'platform_busy'],
    ['unknown user', answering(404, {}), 'platform_unknown'],
  ])('28: "%s" is not understood; here it is', async (_, answer, code) => {
    await pushExpired();
    ground.platform.answer = answer;
    await expect(token()).rejects.toMatchObject({ code });
  });

  test('29: tokens and headers are logged; here never, at any level', async () => {
    const lines: string[] = [];
    const instance = await ground.another({
      log: createLog('trace', { write: line => void lines.push(line) }),
    });
    await push({ access_token: 'hush-stored', refresh_token: 'hush-refresh', expiry_date: 1 });
    const body = { access_token: 'hush-answered\n', error: 'hush-error', message: SECRET };
    for (const status of [200, 400, 403, 404, 409, 429, 500]) {
      ground.platform.answer = answering(status, body);
      await expect(token({ now: true }, instance)).rejects.toMatchObject({ name: 'KeyferryError' });
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toContain('hush');
    expect(lines.join()).not.toContain(SECRET);
    expect(JSON.stringify(await ground.events(''))).not.toMatch(/hush/);
  });

  test.each([301, 302, 303, 307, 308])(
    '30: %i is followed with the secret; here it is refused',
    async status => {
      const elsewhere = await startFaultyServer();
      onTestFinished(elsewhere.close);
      elsewhere.answer = answering(200, NEW);
      await pushExpired();
      ground.platform.answer = answering(status, '', { location: `${elsewhere.url}/sync` });
      await expect(token()).rejects.toMatchObject({ code: 'platform_malformed' });
      expect(elsewhere.seen).toEqual([]);
    },
  );
});
