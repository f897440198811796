import { createCipheriv } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../test/engines.ts';
import {
  AES_KEY,
  instanceConfig,
  pushRequest,
  SECRET,
  startInstance,
  type TestInstance,
} from '../../test/instance.ts';
import { createLog } from '../lib/log.ts';
import { encryptKeys, WEBHOOK_PATH } from '../protocol/index.ts';
import { createInstance } from './create-instance.ts';

function rawCipher(plain: Buffer): string {
  const iv = Buffer.alloc(16, 1);
  const cipher = createCipheriv('aes-256-cbc', AES_KEY, iv);
  return `${iv.toString('hex')}:${Buffer.concat([cipher.update(plain), cipher.final()]).toString('hex')}`;
}

describeEngines('receiveCredential', engine => {
  let store: TestDatabase;
  let side: TestInstance;
  beforeAll(async () => {
    store = await engine.create();
    side = await startInstance(instanceConfig(store.location));
  });
  afterAll(async () => {
    await side?.instance.close();
    await store?.dispose();
  });

  async function rows(): Promise<{ count: number }[]> {
    const found = await sql<{ count: number }>`select count(*) as "count" from "Credential"`.execute(
      side.instance.database.db,
    );
    return found.rows;
  }

  test('a first push creates, the next one updates, in Cal.com’s words', async () => {
    const first = await side.push({ access_token: 'one', expiry_date: side.clock.now() + 3_600_000 });
    expect([first.status, await first.text()]).toEqual([
      200,
      `{"message":"Credentials created for userId: ${side.userId}"}`,
    ]);
    const second = await side.push({ access_token: 'two', expiry_date: side.clock.now() + 3_600_000 });
    expect([second.status, await second.text()]).toEqual([
      200,
      `{"message":"Credentials updated for userId: ${side.userId}"}`,
    ]);
    const token = await side.instance.accessToken({ userId: side.userId, appSlug: 'google-calendar' });
    expect(token.accessToken).toBe('two');
  });

  test('20 concurrent first pushes make one row, and all are acknowledged', async () => {
    const before = Number((await rows())[0]?.count);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => side.push({ access_token: `t${i}` }, 'zoom')),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const texts = await Promise.all(answers.map(answer => answer.text()));
    expect(texts.filter(text => text.includes('created'))).toHaveLength(1);
    expect(Number((await rows())[0]?.count)).toBe(before + 1);
  });

  test('a push clears a dead mark', async () => {
    const { db } = side.instance.database;
    await sql`update "Credential" set "status" = 'needs_reconnect', "invalid" = true where "appId" = 'zoom'`.execute(
      db,
    );
    expect((await side.push({ access_token: 'alive' }, 'zoom')).status).toBe(200);
    const found = await sql<{
      status: string;
      invalid: unknown;
    }>`select "status", "invalid" from "Credential" where "appId" = 'zoom'`.execute(db);
    expect(found.rows.map(row => [row.status, Boolean(row.invalid)])).toEqual([['working', false]]);
  });

  test('no plaintext of a credential is in the row', async () => {
    await side.push({ access_token: 'PLAINTEXT-MARK', refresh_token: 'PLAINTEXT-MARK-2' }, 'zoom');
    const all = await sql`select * from "Credential"`.execute(side.instance.database.db);
    expect(JSON.stringify(all.rows)).not.toContain('PLAINTEXT-MARK');
  });

  test('a row moved to another user does not open', async () => {
    const { db } = side.instance.database;
    const other = await side.api('POST', '/api/v1/users', { email: 'other@example.com' });
    const { user } = (await other.json()) as { user: { id: number } };
    await sql`update "Credential" set "userId" = ${user.id} where "appId" = 'zoom'`.execute(db);
    await expect(side.instance.accessToken({ userId: user.id, appSlug: 'zoom' })).rejects.toMatchObject({
      code: 'sealed_unreadable',
    });
    await sql`delete from "users" where "id" = ${user.id}`.execute(db);
  });

  test('a locked user is not found', async () => {
    const { db } = side.instance.database;
    await sql`update "users" set "locked" = true where "id" = ${side.userId}`.execute(db);
    const answer = await side.push({ access_token: 'x' });
    expect([answer.status, await answer.text()]).toEqual([404, '{"message":"User not found"}']);
    await sql`update "users" set "locked" = false where "id" = ${side.userId}`.execute(db);
  });

  test('whatever is refused after the keys were looked at is refused at one time, told by no clock', async () => {
    const slept: number[] = [];
    const config = instanceConfig(store.location);
    const watched = await createInstance(config, {
      log: createLog('silent'),
      // What else sleeps here can be ended by a signal.
      sleep: async (ms, signal) => void (signal === undefined && slept.push(ms)),
    });
    const good = encryptKeys('{"access_token":"x"}', AES_KEY);
    const iv = '00'.repeat(16);
    const deep = encryptKeys(`{"access_token":"x","deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, AES_KEY);
    const notUtf8 = rawCipher(Buffer.from('7b226163636573735f746f6b656e223a2278222c2261223a22ff227d', 'hex'));
    for (const [userId, keys, status] of [
      [side.userId, `${iv}:${'ab'.repeat(32)}`, 400],
      [side.userId, encryptKeys('no json', AES_KEY), 400],
      [side.userId, deep, 400],
      [side.userId, notUtf8, 400],
      [side.userId, encryptKeys('{"refresh_token":"no access"}', AES_KEY), 400],
      [2_000_000_000, good, 404],
      [2_000_000_000, `${iv}:${'ab'.repeat(32)}`, 404],
    ] as const) {
      slept.length = 0;
      expect((await watched.fetch(pushRequest(userId, 'zoom', keys))).status).toBe(status);
      expect(slept).toEqual([expect.toSatisfy(ms => ms >= 0 && ms <= 75)]);
    }
    // PGlite is one for both: closing it here would close it for all.
    if (engine.name !== 'pglite') await watched.close();
  });

  test('other methods are 405 with Allow, OPTIONS 204', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD']) {
      const answer = await side.instance.fetch(new Request(`http://i.test${WEBHOOK_PATH}`, { method }));
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'OPTIONS, POST']);
    }
    const options = await side.instance.fetch(
      new Request(`http://i.test${WEBHOOK_PATH}`, { method: 'OPTIONS' }),
    );
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'OPTIONS, POST']);
  });

  test('either default header is accepted when none is configured; a sent-twice one is not', async () => {
    const keys = encryptKeys('{"access_token":"h"}', AES_KEY);
    for (const [header, value, status] of [
      ['calcom-webhook-secret', SECRET, 200],
      ['calcom-credential-sync-secret', SECRET, 200],
      ['CALCOM-WEBHOOK-SECRET', SECRET, 200],
      ['calcom-webhook-secret', `${SECRET}, ${SECRET}`, 403],
      ['x-other', SECRET, 403],
    ] as const) {
      const request = pushRequest(side.userId, 'zoom', keys);
      request.headers.delete('calcom-webhook-secret');
      request.headers.set(header, value);
      expect([header, (await side.instance.fetch(request)).status]).toEqual([header, status]);
    }
  });
});
