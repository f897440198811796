import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  credentialSyncGround,
  encrypted,
  HEADER,
  NOBODY,
  PATH,
  zoom,
} from '../../../test/credential-sync.ts';
import { describeEngines } from '../../../test/engines.ts';
import { AES_KEY, API_KEY, KEYRING_TEXT, SECRET } from '../../../test/instance.ts';
import { parseKeyring } from '../../lib/sealed-box.ts';
import { encryptKeys } from '../../protocol/index.ts';
import { type NewApiKey, putApiKey } from '../store/index.ts';

const UNREADABLE = expect.stringMatching(/^The keys cannot be read\. /);

describeEngines(PATH, engine => {
  const { side, another, call, post, posted, rows, addUser } = credentialSyncGround(engine);

  async function addKey(key: string, columns: Partial<NewApiKey> = {}): Promise<void> {
    const row = { key, userId: null, note: 'test', ...columns };
    await putApiKey(side.instance.database, parseKeyring(KEYRING_TEXT), row, Date.UTC(2026, 0, 1));
  }

  test('the API key: which ones are refused, in which words, and before anything is read', async () => {
    const userId = await addUser('key-owner@example.com');
    const { db } = side.instance.database;
    await addKey('of-a-user', { userId });
    await addKey('of-a-team', { teamId: 1 });
    await addKey('run-out', { expiresAt: new Date(side.clock.now()).toISOString() });
    await addKey('runs-out-later', { expiresAt: new Date(side.clock.now() + 1).toISOString() });
    const ask = (query: string, headers: Record<string, string> = {}) =>
      call({
        method: 'POST',
        query: `${query}&userId=x`,
        body: '{',
        headers: { [HEADER]: 'wrong', ...headers },
      });
    const refused = async (key: string) => {
      const { status, body } = await ask(`apiKey=${key}`);
      return [status, body];
    };
    expect(await ask('')).toMatchObject({ status: 401, body: { message: 'No apiKey provided' } });
    expect(await refused('')).toEqual([401, { message: 'No apiKey provided' }]);
    expect(await refused('wrong')).toEqual([401, { error: 'Your API key is not valid.' }]);
    expect(await refused('cal_')).toEqual([401, { error: 'Your API key is not valid.' }]);
    expect(await refused('run-out')).toEqual([401, { error: 'This API key is expired.' }]);
    expect(await refused('of-a-team')).toEqual([404, { error: 'No user found for this API key.' }]);
    const notAdmin = { error: 'Only admin API keys can access credential syncing endpoints' };
    expect(await refused('of-a-user')).toEqual([403, notAdmin]);
    await sql`update "users" set "locked" = true where "id" = ${userId}`.execute(db);
    const locked = { error: 'You are not authorized to perform this request.' };
    expect(await refused('of-a-user')).toEqual([403, locked]);
    await sql`update "users" set "locked" = false, "role" = 'ADMIN' where "id" = ${userId}`.execute(db);

    // Good ones come as far as the secret.
    const secret = [401, { message: 'Invalid credential sync secret' }];
    for (const key of ['of-a-user', 'runs-out-later', API_KEY, `cal_${API_KEY}`]) {
      expect([key, ...(await refused(key))]).toEqual([key, ...secret]);
      const { status, body } = await ask('', { authorization: `Bearer ${key}` });
      expect([key, status, body]).toEqual([key, ...secret]);
    }
  });

  test('a key that itself begins as Cal.com’s do is taken with and without one more prefix', async () => {
    await addKey('cal_mine');
    for (const key of ['cal_mine', 'cal_cal_mine']) {
      expect((await call({ query: { apiKey: key, userId: side.userId } })).status).toBe(200);
    }
    expect((await call({ query: { apiKey: 'mine', userId: side.userId } })).status).toBe(401);
  });

  test('the key in the query opens the rest of API v1, and nothing else', async () => {
    const status = async (path: string) =>
      (await side.instance.fetch(new Request(`http://i.test${path}?apiKey=${API_KEY}`))).status;
    expect(await status('/api/v1/users')).toBe(200);
    expect(await status('/api/keyferry/v1/credentials')).toBe(401);
  });

  test('a key of a user opens nothing unless the user is an admin', async () => {
    const userId = await addUser('somebody@example.com');
    await addKey('of-somebody', { userId });
    const status = async () => {
      const headers = { authorization: 'Bearer of-somebody' };
      return (await side.instance.fetch(new Request('http://i.test/api/keyferry/v1/apps', { headers })))
        .status;
    };
    expect(await status()).toBe(401);
    await sql`update "users" set "role" = 'ADMIN' where "id" = ${userId}`.execute(side.instance.database.db);
    expect(await status()).toBe(200);
  });

  test('the feature off is 501, the secret wrong 401; either default header is read', async () => {
    const off = { status: 501, body: { error: 'Credential syncing is not enabled' } };
    for (const sync of [{ secret: null }, { encryptionKey: null }]) {
      const instance = await another({ sync });
      expect(await call({ query: { userId: side.userId } }, instance)).toMatchObject(off);
      expect((await call({ query: { apiKey: 'wrong' } }, instance)).status).toBe(401);
    }
    for (const [name, value, status] of [
      [HEADER, SECRET, 200],
      ['calcom-webhook-secret', SECRET, 200],
      [HEADER, 'wrong', 401],
      [HEADER, '', 401],
      [HEADER, `${SECRET}, ${SECRET}`, 401],
      ['x-other', SECRET, 401],
    ] as const) {
      const request = new Request(`http://i.test${PATH}?apiKey=${API_KEY}&userId=1`, {
        headers: { [name]: value },
      });
      const answer = await side.instance.fetch(request);
      expect([name, value, answer.status]).toEqual([name, value, status]);
      if (status === 401) expect(await answer.json()).toEqual({ message: 'Invalid credential sync secret' });
    }
    const configured = await another({ sync: { header: 'X-Own-Secret' } });
    const own = { [HEADER]: 'ignored', 'x-own-secret': SECRET };
    expect((await call({ query: { userId: 1 }, headers: own }, configured)).status).toBe(200);
    expect((await call({ query: { userId: 1 } }, configured)).status).toBe(401);
  });

  test('other methods are 405 with Allow, once the key and the secret are right', async () => {
    for (const method of ['PUT', 'OPTIONS', 'HEAD']) {
      const answer = await call({ method });
      expect([method, answer.status, answer.allow]).toEqual([method, 405, 'GET, POST, PATCH, DELETE']);
      const said = { message: 'Method Not Allowed (Allow: GET,POST,PATCH,DELETE)' };
      if (method !== 'HEAD') expect(answer.body).toEqual(said);
    }
    expect((await call({ method: 'PUT', query: { apiKey: 'wrong' } })).status).toBe(401);
  });

  test('ids are read as Cal.com reads them', async () => {
    const id = await posted(zoom());
    const { userId } = side;
    for (const text of [`${userId}abc`, ` ${userId}`, `${userId}.9`, `+${userId}`, `0${userId}`]) {
      const { body } = await call({ query: { userId: text } });
      expect([text, body]).toEqual([text, { credentials: [{ id, appId: 'zoom', appSlug: 'zoom' }] }]);
    }
    const list = (query: string) => call({ query: `apiKey=${API_KEY}${query}` });
    const remove = (query: string) =>
      call({ method: 'DELETE', query: `apiKey=${API_KEY}&userId=${userId}${query}` });
    const required = (name: string) => `invalid_type in '${name}': Required`;
    for (const [answer, message] of [
      [await list(''), required('userId')],
      [await list('&userId='), 'userId is not a valid number'],
      [await list('&userId=abc12'), 'userId is not a valid number'],
      [await list('&userId=NaN'), 'userId is not a valid number'],
      [await list('&userId=2147483648'), 'userId is not a valid number'],
      [await list(`&userId=${'9'.repeat(400)}`), 'userId is not a valid number'],
      [await list('&userId=1&userId=2'), "invalid_type in 'userId': Expected string, received array"],
      [
        await list('&userId=1&appSlug=a&appSlug=b'),
        "invalid_type in 'appSlug': Expected string, received array",
      ],
      [await remove(''), required('credentialId')],
      [await remove('&credentialId=x'), 'credentialId is not a valid number'],
      [await remove('&credentialId=-2147483648'), 'credentialId is not a valid number'],
    ] as const) {
      expect([answer.status, answer.body]).toEqual([400, { message, data: null }]);
    }
    expect((await remove(`&credentialId=${id}x`)).body).toEqual({ credentialDeleted: { id, appId: 'zoom' } });
  });

  test('bodies that are refused, and the unknown', async () => {
    const at = new Date(0).toISOString();
    await sql`insert into "App" ("slug", "dirName", "categories", "createdAt", "updatedAt", "enabled")
      values ('no-code', 'nocode', '[]', ${at}, ${at}, true) on conflict do nothing`.execute(
      side.instance.database.db,
    );
    const { encryptedKey } = zoom();
    const REFUSED: [string, unknown, number, unknown, Record<string, string | number>?][] = [
      ['none', undefined, 400, 'Request body is missing'],
      ['none, before the query is read', undefined, 400, 'Request body is missing', { userId: 'x' }],
      ['blank', ' ', 400, 'Request body is missing'],
      ['not JSON', '{', 400, 'The body is not JSON'],
      ['null', 'null', 400, "invalid_type in '': Expected object, received null"],
      ['array', '[]', 400, "invalid_type in '': Expected object, received array"],
      ['empty', {}, 400, "invalid_type in 'appSlug': Required; invalid_type in 'encryptedKey': Required"],
      [
        'wrong types',
        { appSlug: 5, encryptedKey: null },
        400,
        "invalid_type in 'appSlug': Expected string, received number; " +
          "invalid_type in 'encryptedKey': Expected string, received null",
      ],
      ['unknown user', zoom(), 400, 'User not found', { userId: NOBODY }],
      ['unknown app', { appSlug: 'nothing', encryptedKey }, 404, 'App not found'],
      ['NUL in the slug', { appSlug: 'zoom\0', encryptedKey }, 404, 'App not found'],
      [
        'row without code',
        { appSlug: 'no-code', encryptedKey },
        404,
        'App not found. Ensure that you have the correct app slug',
      ],
      ['2 MB', 'x'.repeat(2_000_000), 413, expect.stringContaining('262144')],
      ...[
        '',
        'x',
        `${'00'.repeat(16)}:${'ab'.repeat(32)}`,
        encryptKeys('no json', AES_KEY),
        encrypted({}),
        encrypted(5),
      ].map((keys): [string, unknown, number, unknown] => [
        `keys ${keys}`,
        { appSlug: 'zoom', encryptedKey: keys },
        400,
        UNREADABLE,
      ]),
    ];
    for (const [name, body, status, message, query] of REFUSED) {
      const answer = await post(body, query);
      expect([name, answer.status, answer.body]).toEqual([name, status, { message, data: null }]);
    }
    expect(await rows('Credential')).toEqual([]);
    expect(await rows('event')).toEqual([]);
  });

  test('whatever comes: never a 5xx, never a changed row', async () => {
    await posted(zoom());
    const before = JSON.stringify(await rows('Credential'));
    const text = fc.oneof(fc.string(), fc.constantFrom('%', '%ZZ', '\0', '1', '\ud800'));
    const name = fc.constantFrom('userId', 'credentialId', 'appSlug', 'createSelectedCalendar', 'x');
    const json = fc.json({ maxDepth: 2 });
    const member = fc.option(fc.oneof(fc.string(), json), { nil: undefined });
    const body = fc.oneof(
      fc.string(),
      json,
      fc
        .record({ appSlug: fc.oneof(fc.constant('zoom'), text), encryptedKey: member })
        .map(value => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT'),
        fc.array(fc.tuple(name, text), { maxLength: 4 }),
        body,
        async (method, parameters, sent) => {
          const others = parameters.map(pair => `&${pair.join('=')}`).join('');
          const query = `apiKey=${API_KEY}&userId=${side.userId}${others}`;
          // A user's credential may be deleted: by its id alone.
          fc.pre(method !== 'DELETE' || !/credentialId=\s*\+?\d/.test(query));
          const answer = await call({ method, query, ...(method === 'GET' ? {} : { body: sent }) });
          expect(answer.status).toBeLessThan(500);
          expect(JSON.stringify(answer.body)).not.toContain(API_KEY);
        },
      ),
      { numRuns: engine.name === 'pglite' ? 200 : 500 },
    );
    expect(JSON.stringify(await rows('Credential'))).toBe(before);
  });

  test('the API describes itself', async () => {
    const answer = await side.instance.fetch(
      new Request('http://i.test/api/openapi.json', { headers: { authorization: `Bearer ${API_KEY}` } }),
    );
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    const any = expect.any(Object);
    expect(paths[PATH]).toEqual({ get: any, post: any, patch: any, delete: any });
  });
});
