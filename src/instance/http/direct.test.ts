import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import {
  AES_KEY,
  API_KEY,
  instanceConfig,
  SECRET,
  startInstance,
  type TestInstance,
} from '../../../test/instance.ts';
import { analyze, scansIn } from '../../../test/plans.ts';
import { type Listener, listen } from '../../lib/http/index.ts';
import { encryptKeys, WEBHOOK_PATH } from '../../protocol/index.ts';
import { TOKEN_PATH } from './token.ts';

describeEngines('the direct routes', engine => {
  let store: TestDatabase;
  let side: TestInstance;
  let direct: Listener;
  let ordinary: Listener;
  beforeAll(async () => {
    store = await engine.create();
    side = await startInstance(instanceConfig(store.location), { sleep: async () => {} });
    const at = { port: 0, host: '127.0.0.1' };
    direct = await listen(side.instance.fetch, { ...at, direct: side.instance.direct });
    ordinary = await listen(side.instance.fetch, at);
    const credential = { access_token: 'one', scope: 'a b', expiry_date: side.clock.now() + 86_400_000 };
    for (const slug of ['google-calendar', 'zoom', 'webex']) await side.push(credential, slug);
    await side.api('PUT', '/api/keyferry/v1/apps/webex', { enabled: false });
  });
  afterAll(async () => {
    await direct?.close(0);
    await ordinary?.close(0);
    await side?.instance.close();
    await store?.dispose();
  });

  async function send(to: Listener, path: string, body: string, headers: Record<string, string>) {
    const answer = await fetch(to.url + path, { method: 'POST', body, headers });
    const { date: _, ...told } = Object.fromEntries(answer.headers);
    return { status: answer.status, headers: told, text: await answer.text() };
  }

  const json = { 'content-type': 'application/json' };
  const bearer = { ...json, authorization: `Bearer ${API_KEY}` };
  const secret = { ...json, 'calcom-webhook-secret': SECRET };
  const token = (members: object = {}) =>
    JSON.stringify({ userId: side.userId, appSlug: 'google-calendar', ...members });
  const push = (members: object = {}) => {
    const keys = encryptKeys(JSON.stringify({ access_token: 'two', note: 'é' }), AES_KEY);
    return JSON.stringify({ userId: side.userId, appSlug: 'zoom', keys, ...members });
  };

  const REQUESTS: [string, number, string, () => string, Record<string, string>][] = [
    ['a token', 200, TOKEN_PATH, token, bearer],
    ['a token for some time', 200, TOKEN_PATH, () => token({ minimumSeconds: 60, force: false }), bearer],
    ['a token, other content type', 400, TOKEN_PATH, token, { ...bearer, 'content-type': 'text/plain' }],
    [
      'a token, content type with a parameter',
      200,
      TOKEN_PATH,
      token,
      { ...bearer, 'content-type': 'application/json; charset=utf-8' },
    ],
    ['a token that cannot be had', 424, TOKEN_PATH, () => token({ force: true }), bearer],
    ['a token of a disabled app', 409, TOKEN_PATH, () => token({ appSlug: 'webex' }), bearer],
    ['a token of an app without', 409, TOKEN_PATH, () => token({ appSlug: 'caldav-calendar' }), bearer],
    ['a token of nobody', 404, TOKEN_PATH, () => token({ userId: 2_000_000_000 }), bearer],
    ['a token without a key', 401, TOKEN_PATH, token, json],
    ['a token with a wrong key', 401, TOKEN_PATH, token, { ...bearer, authorization: 'Bearer no' }],
    ['a token, broken body', 400, TOKEN_PATH, () => '{', bearer],
    ['a token, a list', 400, TOKEN_PATH, () => '[]', bearer],
    ['a token, null', 400, TOKEN_PATH, () => 'null', bearer],
    ['a token, user as text', 400, TOKEN_PATH, () => token({ userId: '1' }), bearer],
    ['a token, user 0', 400, TOKEN_PATH, () => token({ userId: 0 }), bearer],
    ['a token, user beyond', 400, TOKEN_PATH, () => token({ userId: 2 ** 31 }), bearer],
    ['a token, user 1.5', 400, TOKEN_PATH, () => token({ userId: 1.5 }), bearer],
    ['a token, no slug', 400, TOKEN_PATH, () => token({ appSlug: '' }), bearer],
    ['a token, long slug', 400, TOKEN_PATH, () => token({ appSlug: 'x'.repeat(201) }), bearer],
    ['a token, NUL in the slug', 400, TOKEN_PATH, () => token({ appSlug: 'zoom\0' }), bearer],
    ['a token for too long', 400, TOKEN_PATH, () => token({ minimumSeconds: 86_401 }), bearer],
    ['a token, null seconds', 400, TOKEN_PATH, () => token({ minimumSeconds: null }), bearer],
    ['a token, force as text', 400, TOKEN_PATH, () => token({ force: 'yes' }), bearer],
    ['a token, large body', 413, TOKEN_PATH, () => token({ x: 'x'.repeat(65_536) }), bearer],
    ['a push', 200, WEBHOOK_PATH, push, secret],
    [
      'a push, other default header',
      200,
      WEBHOOK_PATH,
      push,
      { ...json, 'calcom-credential-sync-secret': SECRET },
    ],
    ['a push with a slash at the end', 200, `${WEBHOOK_PATH}/`, push, secret],
    ['a push with a slash too many', 200, `/${WEBHOOK_PATH}`, push, secret],
    ['a token with a slash too many, without a key', 401, `/${TOKEN_PATH}/`, token, json],
    ['a push without secret', 403, WEBHOOK_PATH, push, json],
    ['a push, broken body', 400, WEBHOOK_PATH, () => '{', secret],
    ['a push, user as text', 400, WEBHOOK_PATH, () => push({ userId: '1' }), secret],
    ['a push, user out of range', 400, WEBHOOK_PATH, () => push({ userId: 2 ** 31 }), secret],
    ['a push, unreadable keys', 400, WEBHOOK_PATH, () => push({ keys: 'x' }), secret],
    ['a push for nobody', 404, WEBHOOK_PATH, () => push({ userId: 2_000_000_000 }), secret],
    ['a push, large body', 413, WEBHOOK_PATH, () => push({ x: 'x'.repeat(262_144) }), secret],
  ];

  test.each(REQUESTS)('%s is answered as on the ordinary way', async (_, status, path, body, headers) => {
    const text = body();
    const told = await send(direct, path, text, headers);
    expect(told).toEqual(await send(ordinary, path, text, headers));
    expect(told.status).toBe(status);
  });

  test('a key that was found good on one way is not looked up on the other', async () => {
    const { db } = side.instance.database;
    side.clock.advance(10_000);
    const path = '/api/keyferry/v1/credentials';
    expect((await fetch(ordinary.url + path, { headers: bearer })).status).toBe(200);
    await sql`update "ApiKey" set "expiresAt" = ${new Date(side.clock.now()).toISOString()}`.execute(db);
    const admitted = side.instance.direct(TOKEN_PATH)?.admits(name => bearer[name as keyof typeof bearer]);
    expect(admitted).toBe(true);
    await sql`update "ApiKey" set "expiresAt" = null`.execute(db);
  });

  test('a key that was revoked ends within ten seconds', async () => {
    const { db } = side.instance.database;
    const last = sql`update "ApiKey" set "expiresAt" = ${new Date(side.clock.now()).toISOString()}`;
    const status = async () => (await send(direct, TOKEN_PATH, token(), bearer)).status;
    expect(await status()).toBe(200);
    await last.execute(db);
    side.clock.advance(10_000);
    expect(await status()).toBe(401);
    await sql`update "ApiKey" set "expiresAt" = null`.execute(db);
    expect(await status()).toBe(200);
  });

  test.skipIf(engine.name === 'pglite')(
    'a valid token costs one statement, and it uses indexes alone',
    async () => {
      expect((await send(direct, TOKEN_PATH, token(), bearer)).status).toBe(200);
      const { database } = side.instance;
      await analyze(database);
      const { sqlite, reads } = database;
      const spy = sqlite === null ? vi.spyOn(pg.Client.prototype, 'query') : vi.spyOn(sqlite, 'prepare');
      const answer = await send(direct, TOKEN_PATH, token(), bearer);
      const asked = spy.mock.calls.map(([statement]: unknown[]) =>
        typeof statement === 'string' ? statement : (statement as { text: string }).text,
      );
      spy.mockRestore();
      expect(answer.status).toBe(200);
      expect(asked).toHaveLength(1);
      const explain = sqlite === null ? 'explain' : 'explain query plan';
      // On PostgreSQL a statement has a number besides, by which its answer is known.
      const values = [side.userId, 'google-calendar', '', ...(sqlite === null ? ['1'] : [])];
      const plan = await reads?.run(`${explain} ${asked[0]}`, values);
      // PostgreSQL rightly reads a table of one row whole; of apps there are many.
      const scanned = scansIn(JSON.stringify(plan)).filter(name => sqlite !== null || name === 'App');
      expect(scanned).toEqual([]);
      expect(JSON.stringify(plan)).toMatch(/SEARCH a|Index Scan using \\"App_pkey/);
    },
  );
});
