import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { describeEngines, engines, type TestDatabase } from '../../test/engines.ts';
import { answering, type FaultyServer, startFaultyServer } from '../../test/faulty-server.ts';
import { instanceConfig, SECRET, startInstance, type TestInstance } from '../../test/instance.ts';
import { createLog } from '../lib/log.ts';
import { MINIMUM_SECONDS_HEADER, REJECTED_TOKEN_HEADER, tokenFingerprint } from '../protocol/index.ts';
import { createInstance } from './create-instance.ts';

const HOUR = 3_600_000;
const slug = 'google-calendar';

describeEngines('accessToken', engine => {
  let store: TestDatabase;
  let platform: FaultyServer;
  let side: TestInstance;
  beforeAll(async () => {
    store = await engine.create();
    platform = await startFaultyServer();
    side = await startInstance(
      instanceConfig(store.location, { sync: { endpoint: `${platform.url}/sync` } }),
    );
  });
  beforeEach(async () => {
    platform.seen.length = 0;
    await sql`delete from "Credential"`.execute(side.instance.database.db);
  });
  afterAll(async () => {
    await side?.instance.close();
    await platform?.close();
    await store?.dispose();
  });

  const token = (more: { minimumSeconds?: number; force?: boolean; rejectedToken?: string } = {}) =>
    side.instance.accessToken({ userId: side.userId, appSlug: slug, ...more });
  const pushExpired = () =>
    side.push({ access_token: 'old', refresh_token: 'kept', expiry_date: side.clock.now() - 1000, extra: 1 });
  const status = async () => {
    const answer = await side.api('GET', `/api/keyferry/v1/credentials?userId=${side.userId}`);
    const { credentials } = (await answer.json()) as {
      credentials: { status: string; statusReason: string | null; version: number }[];
    };
    return credentials[0];
  };

  test('a fresh token is handed out without asking anybody', async () => {
    await side.push({ access_token: 'fresh', expiry_date: side.clock.now() + HOUR, scope: 's' });
    expect(await token()).toEqual({
      accessToken: 'fresh',
      tokenType: 'Bearer',
      expiresAt: side.clock.now() + HOUR,
      scope: 's',
    });
    expect(platform.seen).toHaveLength(0);
  });

  test('an expired one is asked for as Cal.com asks, byte for byte, and stored', async () => {
    await pushExpired();
    platform.answer = answering(200, { access_token: 'new', expires_in: 3600 });
    expect((await token()).accessToken).toBe('new');
    const [request] = platform.seen;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/sync',
      body: `calcomUserId=${side.userId}&appSlug=google-calendar`,
    });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded;charset=UTF-8');
    expect(request?.headers['calcom-credential-sync-secret']).toBe(SECRET);
    expect(request?.headers[REJECTED_TOKEN_HEADER]).toBeUndefined();
    expect((await token()).accessToken).toBe('new');
    expect(platform.seen).toHaveLength(1);
    expect(await status()).toMatchObject({ status: 'working', version: 2 });
  });

  test('200 callers, one request', async () => {
    await pushExpired();
    platform.answer = async (_, response) => {
      await new Promise(resolve => setTimeout(resolve, 30));
      response.end(JSON.stringify({ access_token: 'shared', expires_in: 3600 }));
    };
    const tokens = await Promise.all(Array.from({ length: 200 }, () => token()));
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['shared']));
    expect(platform.seen).toHaveLength(1);
  });

  test('a push that lands during a refresh wins over the older answer', async () => {
    await pushExpired();
    platform.answer = async (_, response) => {
      await side.push({ access_token: 'pushed', expiry_date: side.clock.now() + HOUR });
      response.end(JSON.stringify({ access_token: 'answered', expires_in: 3600 }));
    };
    expect((await token()).accessToken).toBe('pushed');
    expect((await token()).accessToken).toBe('pushed');
  });

  test('a credential without an expiry is used until it is refused once; then the platform is told which', async () => {
    await side.push({ access_token: 'endless' });
    expect(await token()).toMatchObject({ accessToken: 'endless', expiresAt: null });
    platform.answer = answering(200, { access_token: 'next' });
    expect((await token({ rejectedToken: 'endless' })).accessToken).toBe('next');
    expect(platform.seen[0]?.headers[REJECTED_TOKEN_HEADER]).toBe(tokenFingerprint('endless', SECRET));
    expect((await token({ rejectedToken: 'endless' })).accessToken).toBe('next');
    expect(platform.seen).toHaveLength(1);
  });

  test('force asks although the token looks good', async () => {
    await side.push({ access_token: 'good', expiry_date: side.clock.now() + HOUR });
    platform.answer = answering(200, { access_token: 'forced', expires_in: 3600 });
    expect((await token({ force: true })).accessToken).toBe('forced');
  });

  test('minimumSeconds refreshes ahead; if that fails the still valid token is handed out', async () => {
    await side.push({ access_token: 'short', expiry_date: side.clock.now() + 60_000 });
    platform.answer = answering(500, 'no');
    expect((await token({ minimumSeconds: 600 })).accessToken).toBe('short');
    side.clock.advance(1_000);
    platform.answer = answering(200, { access_token: 'long', expires_in: 3600 });
    expect((await token({ minimumSeconds: 600 })).accessToken).toBe('long');
  });

  test('minimumSeconds travels; a platform whose tokens are shorter is asked once a minute, not each time', async () => {
    await side.push({ access_token: 'short', expiry_date: side.clock.now() + 60_000 });
    platform.answer = answering(200, { access_token: 'shortish', expires_in: 300 });
    for (let use = 0; use < 3; use++)
      expect((await token({ minimumSeconds: 600 })).accessToken).toBe('shortish');
    expect(platform.seen).toHaveLength(1);
    expect(platform.seen[0]?.headers[MINIMUM_SECONDS_HEADER]).toBe('600');
  });

  test('an answer that brings nothing new is no new version', async () => {
    const expiry_date = side.clock.now() + 60_000;
    await side.push({ access_token: 'same', expiry_date });
    platform.answer = answering(200, { access_token: 'same', expiry_date });
    expect((await token({ minimumSeconds: 600 })).accessToken).toBe('same');
    expect(await status()).toMatchObject({ version: 1, status: 'working' });
  });

  test('one whose token was refused does not share the flight of one who only wants it longer', async () => {
    await side.push({ access_token: 'refused', expiry_date: side.clock.now() + 60_000 });
    platform.answer = async ({ headers }, response) => {
      await new Promise(resolve => setTimeout(resolve, 20));
      const access_token = headers[REJECTED_TOKEN_HEADER] ? 'better' : 'refused';
      response.end(JSON.stringify({ access_token, expires_in: 60 }));
    };
    const [, better] = await Promise.all([
      token({ minimumSeconds: 600 }),
      token({ rejectedToken: 'refused' }),
    ]);
    expect(better.accessToken).toBe('better');
  });

  test('members that the answer leaves out stay, an old expiry does not', async () => {
    await pushExpired();
    platform.answer = answering(200, { access_token: 'bare' });
    expect(await token()).toMatchObject({ accessToken: 'bare', expiresAt: null });
    side.clock.advance(HOUR);
    expect((await token()).accessToken).toBe('bare');
  });

  test('Retry-After of the platform reaches the caller', async () => {
    await pushExpired();
    platform.answer = answering(503, {}, { 'retry-after': '7' });
    const answer = await side.api('POST', '/api/keyferry/v1/access-token', {
      userId: side.userId,
      appSlug: slug,
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([424, '7']);
  });

  test('a disabled app gives no token, and its pushes are stored', async () => {
    await side.api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: false });
    expect((await side.push({ access_token: 'stored' })).status).toBe(200);
    await expect(token()).rejects.toMatchObject({ code: 'app_disabled' });
    await side.api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true });
    expect((await token()).accessToken).toBe('stored');
  });

  test('without an endpoint the error says what to set', async () => {
    const alone = await createInstance(instanceConfig(store.location), {
      now: side.clock.now,
      log: createLog('silent'),
    });
    // PGlite is one for both: closing it here would close it for all.
    if (engine.name !== 'pglite') onTestFinished(alone.close);
    await pushExpired();
    await expect(alone.accessToken({ userId: side.userId, appSlug: slug })).rejects.toMatchObject({
      code: 'sync_endpoint_missing',
    });
  });
});

describe.each(engines.filter(({ name, available }) => available && name !== 'pglite'))(
  'two processes on $name',
  engine => {
    test('ask the platform once', async () => {
      const store = await engine.create();
      const platform = await startFaultyServer();
      const config = instanceConfig(store.location, { sync: { endpoint: platform.url } });
      const one = await startInstance(config);
      const two = await createInstance(config, { now: one.clock.now, log: createLog('silent') });
      await one.push({ access_token: 'old', expiry_date: 1 });
      platform.answer = async (_, response) => {
        await new Promise(resolve => setTimeout(resolve, 100));
        response.end(JSON.stringify({ access_token: 'one for all', expires_in: 3600 }));
      };
      const request = { userId: one.userId, appSlug: slug };
      const tokens = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (i % 2 ? one.instance : two).accessToken(request)),
      );
      expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['one for all']));
      expect(platform.seen).toHaveLength(1);
      await one.instance.close();
      await two.close();
      await platform.close();
      await store.dispose();
    });
  },
);
