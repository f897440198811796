import { createCipheriv, randomBytes } from 'node:crypto';
import { createEmulator, type Emulator } from 'emulate';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../test/engines.ts';
import { startFaultyServer } from '../../test/faulty-server.ts';
import {
  AES_KEY,
  AES_TEXT,
  API_KEY,
  instanceConfig,
  SECRET,
  startInstance,
  type TestInstance,
} from '../../test/instance.ts';
import type { Effects } from '../lib/effects.ts';
import { listen } from '../lib/http/index.ts';
import { createLog } from '../lib/log.ts';
import { encryptKeys } from '../protocol/index.ts';
import { createInstance } from './create-instance.ts';
import { hashApiKey } from './store/index.ts';

const PATH = '/api/v1/credential-sync';
const HEADER = 'calcom-credential-sync-secret';
const EMAIL = 'ada@example.com';
const TEAM = 'a-team@group.calendar.example';
const TOKEN = 'google-token-of-ada';
const NOBODY = 2_000_000_000;
const UNREADABLE = expect.stringMatching(/^The keys cannot be read\. /);

const encrypted = (value: unknown) => encryptKeys(JSON.stringify(value), AES_KEY);
const zoom = (access_token = 'zoom-token') => ({
  appSlug: 'zoom',
  encryptedKey: encrypted({ access_token }),
});
const calendar = (access_token = TOKEN) => ({
  appSlug: 'google-calendar',
  encryptedKey: encrypted({ access_token }),
});
const BOTH = { createSelectedCalendar: 'true', createDestinationCalendar: 'true' };

interface Call {
  readonly method?: string;
  readonly query?: Record<string, string | number> | string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

describeEngines(PATH, engine => {
  let store: TestDatabase;
  let side: TestInstance;
  let google: Emulator;
  const others: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    const calendars = [
      { id: TEAM, user_email: EMAIL, summary: 'A team' },
      { id: EMAIL, user_email: EMAIL, summary: 'Ada', primary: true },
    ];
    const seed = {
      tokens: { [TOKEN]: { login: EMAIL } },
      google: { users: [{ email: EMAIL, name: 'Ada' }], calendars },
    };
    google = await createEmulator({ service: 'google', port: 0, seed });
    store = await engine.create();
    const config = instanceConfig(store.location, {
      providers: { 'google-calendar': { apiBase: google.url } },
    });
    side = await startInstance(config, { sleep: async () => {} });
  });
  afterAll(async () => {
    // PGlite is one for all: closing it once closes it for all.
    if (engine.name !== 'pglite') for (const other of others) await other.close();
    await side?.instance.close();
    await store?.dispose();
    await google?.close();
  });
  beforeEach(async () => {
    const { db } = side.instance.database;
    await sql`delete from "Credential"`.execute(db);
    await sql`delete from "event"`.execute(db);
    await sql`delete from "ApiKey" where "note" = 'test'`.execute(db);
  });

  /** Another instance on the same database. */
  async function another(changes: Parameters<typeof instanceConfig>[1], effects: Partial<Effects> = {}) {
    const silent = { now: side.clock.now, log: createLog('silent'), sleep: async () => {} };
    const instance = await createInstance(instanceConfig(store.location, changes), { ...silent, ...effects });
    others.push(instance);
    return instance;
  }

  async function call({ method = 'GET', query = {}, body, headers = {} }: Call, instance = side.instance) {
    const parameters =
      typeof query === 'string' ? query : new URLSearchParams({ apiKey: API_KEY, ...(query as object) });
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const request = new Request(`http://instance.test${PATH}?${parameters}`, {
      method,
      headers: { 'content-type': 'application/json', [HEADER]: SECRET, ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await instance.fetch(request);
    const answered = await answer.text();
    return {
      status: answer.status,
      allow: answer.headers.get('allow'),
      body: answered && JSON.parse(answered),
    };
  }

  const post = (body: unknown, query: Record<string, string | number> = {}, instance = side.instance) =>
    call({ method: 'POST', query: { userId: side.userId, ...query }, body }, instance);

  /** Posts what must be stored. @returns its id */
  async function posted(body: unknown, query: Record<string, string | number> = {}): Promise<number> {
    const answer = await post(body, query);
    expect([answer.status, answer.body]).toEqual([200, { credential: expect.any(Object) }]);
    return answer.body.credential.id;
  }

  async function rows(table: 'Credential' | 'SelectedCalendar' | 'DestinationCalendar' | 'event') {
    const all = sql<Record<string, unknown>>`select * from ${sql.table(table)} order by "id"`;
    return (await all.execute(side.instance.database.db)).rows;
  }

  async function addUser(email: string): Promise<number> {
    const answer = await side.api('POST', '/api/v1/users', { email });
    const { user } = (await answer.json()) as { user: { id: number } };
    onTestFinished(async () => {
      await sql`delete from "users" where "id" = ${user.id}`.execute(side.instance.database.db);
    });
    return user.id;
  }

  async function addKey(key: string, columns: Record<string, unknown> = {}): Promise<void> {
    const row = {
      id: key,
      note: 'test',
      createdAt: '2026-01-01T00:00:00Z',
      hashedKey: hashApiKey(key),
      ...columns,
    };
    const names = Object.keys(row).map(name => sql.ref(name));
    await sql`insert into "ApiKey" (${sql.join(names)}) values (${sql.join(Object.values(row))})`.execute(
      side.instance.database.db,
    );
  }

  const token = async (appSlug: string) =>
    (await side.instance.accessToken({ userId: side.userId, appSlug })).accessToken;

  test('store, list, replace, delete: the shapes of each', async () => {
    const userId = side.userId;
    const first = await post(zoom());
    const id = first.body.credential.id;
    expect([first.status, first.body]).toEqual([200, { credential: { id, type: 'zoom_video' } }]);
    expect(await token('zoom')).toBe('zoom-token');
    const other = await posted(calendar());

    const all = [
      { id, appId: 'zoom', appSlug: 'zoom' },
      { id: other, appId: 'google-calendar', appSlug: 'google-calendar' },
    ];
    expect((await call({ query: { userId } })).body).toEqual({ credentials: all });
    expect((await call({ query: { userId, appSlug: 'zoom' } })).body).toEqual({ credentials: [all[0]] });
    expect((await call({ query: { userId, appSlug: 'no\0ne' } })).body).toEqual({ credentials: [] });
    expect((await call({ query: { userId: NOBODY } })).body).toEqual({ credentials: [] });

    const body = { encryptedKey: encrypted({ access_token: 'another' }) };
    const replaced = await call({ method: 'PATCH', query: { userId, credentialId: id }, body });
    expect([replaced.status, replaced.body]).toEqual([200, { credential: { id, appId: 'zoom' } }]);
    expect(await token('zoom')).toBe('another');

    const deleted = await call({ method: 'DELETE', query: { userId, credentialId: id } });
    expect([deleted.status, deleted.body]).toEqual([200, { credentialDeleted: { id, appId: 'zoom' } }]);
    expect((await rows('Credential')).map(row => row.id)).toEqual([other]);
    expect(
      (await rows('event')).map(({ kind, actor, appId, detail }) => [kind, actor, appId, detail]),
    ).toEqual([
      ['credential.pushed', 'platform', 'zoom', 'version 1'],
      ['credential.pushed', 'platform', 'google-calendar', 'version 1'],
      ['credential.pushed', 'platform', 'zoom', 'version 2'],
      ['credential.deleted', 'api', 'zoom', null],
    ]);
  });

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

  test('a locked user gets nothing stored', async () => {
    const userId = await addUser('locked@example.com');
    const id = await posted(zoom(), { userId });
    const { db } = side.instance.database;
    await sql`update "users" set "locked" = true where "id" = ${userId}`.execute(db);
    expect(await post(zoom(), { userId })).toMatchObject({
      status: 400,
      body: { message: 'User not found' },
    });
    const patch = { method: 'PATCH', query: { userId, credentialId: id }, body: zoom() };
    expect(await call(patch)).toMatchObject({ status: 404, body: { message: 'Credential not found' } });
    expect(await rows('Credential')).toMatchObject([{ id, version: 1 }]);
  });

  test('keys that cannot be read are refused at one time, told by no clock', async () => {
    const slept: number[] = [];
    const watched = await another({}, { sleep: async ms => void slept.push(ms) });
    const credentialId = await posted(zoom());
    const { userId } = side;
    const texts = new Set<string>();
    const keys = [
      `${'00'.repeat(16)}:${'ab'.repeat(32)}`,
      encryptKeys('no json', AES_KEY),
      encrypted({ a: 1 }),
    ];
    for (const encryptedKey of keys) {
      for (const request of [
        { method: 'POST', query: { userId }, body: { appSlug: 'zoom', encryptedKey } },
        { method: 'PATCH', query: { userId, credentialId }, body: { encryptedKey } },
      ]) {
        slept.length = 0;
        const answer = await call(request, watched);
        texts.add(JSON.stringify([answer.status, answer.body]));
        expect(slept).toEqual([expect.toSatisfy(ms => ms >= 0 && ms <= 50)]);
      }
    }
    expect([...texts]).toEqual([expect.stringMatching(/^\[400,\{"message":"The keys cannot be read\. /)]);
    expect(await token('zoom')).toBe('zoom-token');
  });

  test('a repeat replaces, and makes a dead credential work again', async () => {
    const id = await posted(zoom('one'));
    const { db } = side.instance.database;
    const die = sql`update "Credential" set "status" = 'needs_reconnect', "invalid" = true`;
    await die.execute(db);
    expect(await posted(zoom('two'))).toBe(id);
    expect(await token('zoom')).toBe('two');
    const [row] = await rows('Credential');
    expect([row?.status, Boolean(row?.invalid), row?.version]).toEqual(['working', false, 2]);

    await die.execute(db);
    const query = { userId: side.userId, credentialId: id };
    const body = { encryptedKey: encrypted({ access_token: 'three' }) };
    expect((await call({ method: 'PATCH', query, body })).status).toBe(200);
    const [patched] = await rows('Credential');
    expect([patched?.status, Boolean(patched?.invalid), patched?.version]).toEqual(['working', false, 3]);
  });

  test('a push over the webhook and one over API v1 meet in one row', async () => {
    expect((await side.push({ access_token: 'webhook' }, 'zoom')).status).toBe(200);
    await posted(zoom('v1'));
    expect((await rows('Credential')).map(({ version }) => version)).toEqual([2]);
    expect(await token('zoom')).toBe('v1');
  });

  test('a credential of nobody and one of another user are not found alike', async () => {
    const theirs = await posted(zoom(), { userId: await addUser('other@example.com') });
    for (const credentialId of [theirs, NOBODY]) {
      const query = { userId: side.userId, credentialId };
      const none = { status: 404, body: { message: 'Credential not found', data: null } };
      expect(await call({ method: 'PATCH', query, body: zoom('stolen') })).toMatchObject(none);
      expect(await call({ method: 'DELETE', query })).toMatchObject(none);
    }
    expect(await rows('Credential')).toMatchObject([{ id: theirs, version: 1 }]);
  });

  test('a credential of another account is replaced in its own row', async () => {
    const id = await posted(zoom('one'));
    const { db } = side.instance.database;
    await sql`update "Credential" set "account" = 'second' where "id" = ${id}`.execute(db);
    const first = await posted(zoom('first'));
    const query = { userId: side.userId, credentialId: id };
    const body = { encryptedKey: encrypted({ access_token: 'of-second' }) };
    expect((await call({ method: 'PATCH', query, body })).body).toEqual({
      credential: { id, appId: 'zoom' },
    });
    expect(await token('zoom')).toBe('first');
    // It opens as the credential of its account.
    await sql`update "Credential" set "account" = 'gone' where "id" = ${first}`.execute(db);
    await sql`update "Credential" set "account" = '' where "id" = ${id}`.execute(db);
    await expect(token('zoom')).rejects.toMatchObject({ code: 'sealed_unreadable' });
  });

  test('20 concurrent posts make one row, and one of each calendar', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(calendar(), BOTH)));
    const [row, ...more] = await rows('Credential');
    expect(more).toEqual([]);
    expect(row).toMatchObject({ version: 20, type: 'google_calendar' });
    const said = { credential: { id: row?.id, type: 'google_calendar' } };
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(20).fill([200, said]));
    expect(await rows('SelectedCalendar')).toHaveLength(1);
    expect(await rows('DestinationCalendar')).toHaveLength(1);
    expect(await rows('event')).toHaveLength(20);
  });

  test.each([
    ['nothing asked', {}, 0, 0],
    ['selected', { createSelectedCalendar: 'true' }, 1, 0],
    ['destination', { createDestinationCalendar: 'true' }, 0, 1],
    ['both', BOTH, 1, 1],
    ['not exactly true', { createSelectedCalendar: 'TRUE', createDestinationCalendar: '1' }, 0, 0],
    ['false', { createSelectedCalendar: 'false', createDestinationCalendar: '' }, 0, 0],
  ])('calendars: %s', async (_, query, selected, destination) => {
    const credentialId = await posted(calendar(), query);
    const expected = { userId: side.userId, integration: 'google_calendar', externalId: EMAIL, credentialId };
    expect(await rows('SelectedCalendar')).toEqual(
      Array(selected).fill(expect.objectContaining({ ...expected, eventTypeId: null })),
    );
    expect(await rows('DestinationCalendar')).toEqual(
      Array(destination).fill(expect.objectContaining({ ...expected, primaryEmail: EMAIL })),
    );
    // Both go with their credential.
    await call({ method: 'DELETE', query: { userId: side.userId, credentialId } });
    expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
  });

  test('an app that is no calendar gets none, and its provider is not asked', async () => {
    await posted(zoom(), BOTH);
    expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
  });

  test('the first calendar where none is primary; a second destination takes the place of the first', async () => {
    await posted(calendar(), BOTH);
    const provider = await startFaultyServer();
    onTestFinished(provider.close);
    provider.answer = (_, response) =>
      void response.end(JSON.stringify({ items: [{ id: 'no-address' }, { id: 'second' }] }));
    const instance = await another({ providers: { 'google-calendar': { apiBase: provider.url } } });
    expect((await post(calendar('another'), BOTH, instance)).status).toBe(200);
    expect(provider.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer another']);
    expect((await rows('SelectedCalendar')).map(row => row.externalId).toSorted()).toEqual([
      EMAIL,
      'no-address',
    ]);
    const { rows: users } = await sql<{ email: string }>`
      select "email" from "users" where "id" = ${side.userId}`.execute(side.instance.database.db);
    expect(await rows('DestinationCalendar')).toMatchObject([
      { externalId: 'no-address', primaryEmail: users[0]?.email, userId: side.userId },
    ]);
  });

  test('a provider that fails leaves nothing behind, nor changes what was there', async () => {
    const provider = await startFaultyServer();
    onTestFinished(provider.close);
    const instance = await another({ providers: { 'google-calendar': { apiBase: provider.url } } });
    const FAULTS: [number, string, unknown][] = [
      [401, '{}', expect.stringContaining('refused')],
      [429, '{}', expect.stringContaining('later')],
      [500, 'secret-of-the-provider', 'The provider answered 500.'],
      [200, '<html>', expect.stringContaining('something else than JSON')],
      [200, '{"items":[]}', 'Calendar missing for credential'],
    ];
    for (const before of [[], [{ version: 1 }]]) {
      if (before.length > 0) await posted(calendar());
      for (const [status, text, message] of FAULTS) {
        provider.answer = (_, response) => void response.writeHead(status).end(text);
        const answer = await post(calendar('not-stored'), BOTH, instance);
        expect([status, text, answer.status, answer.body]).toEqual([
          status,
          text,
          500,
          { message, data: null },
        ]);
        expect(await rows('Credential')).toMatchObject(before);
        expect(await rows('Credential')).toHaveLength(before.length);
        expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
      }
    }
    expect(await token('google-calendar')).toBe(TOKEN);
  });

  test('a database that fails halfway leaves nothing behind; the log has no key, no secret, no token', async () => {
    const lines: string[] = [];
    const log = createLog('trace', { write: line => void lines.push(line) });
    const instance = await another({ providers: { 'google-calendar': { apiBase: google.url } } }, { log });
    const { db } = side.instance.database;
    await sql`alter table "DestinationCalendar" rename to "elsewhere"`.execute(db);
    const answer = await post(calendar(), BOTH, instance).finally(() =>
      sql`alter table "elsewhere" rename to "DestinationCalendar"`.execute(db),
    );
    expect([answer.status, answer.body]).toEqual([500, { message: 'Something went wrong' }]);
    expect([await rows('Credential'), await rows('event'), await rows('SelectedCalendar')]).toEqual([
      [],
      [],
      [],
    ]);

    // What is refused is logged too.
    await post({ appSlug: 'zoom', encryptedKey: 'x' }, {}, instance);
    await post(zoom(), { userId: NOBODY }, instance);
    const text = lines.join('');
    expect(lines.map(line => JSON.parse(line).path ?? JSON.parse(line).reason)).toEqual([
      PATH,
      expect.any(String),
      'User not found',
    ]);
    for (const secret of [API_KEY, 'apiKey', SECRET, AES_TEXT, TOKEN]) expect(text).not.toContain(secret);
  });

  test('Cal.com’s own example platform works without a change', async () => {
    const { userId } = side;
    const ENV = { CALCOM_CREDENTIAL_SYNC_HEADER_NAME: HEADER, CALCOM_TEST_USER_ID: userId };
    let current = 'example-1';
    // Its endpoint for refreshes: no expiry in the answer.
    const endpoint = await listen(
      async request => {
        const secret = request.headers.get(ENV.CALCOM_CREDENTIAL_SYNC_HEADER_NAME);
        if (!secret) return Response.json({ message: 'secret header not set' }, { status: 403 });
        if (secret !== SECRET) return Response.json({ message: 'Invalid secret' }, { status: 403 });
        const form = new URLSearchParams(await request.text());
        expect(Object.fromEntries(form)).toEqual({ calcomUserId: String(userId), appSlug: 'zoom' });
        current = 'example-2';
        return Response.json({ _1: true, access_token: current });
      },
      { port: 0, host: '127.0.0.1' },
    );
    onTestFinished(() => endpoint.close(0));
    const instance = await another({ sync: { endpoint: `${endpoint.url}/api/getToken` } });
    const api = await listen(instance.fetch, { port: 0, host: '127.0.0.1' });
    onTestFinished(() => api.close(0));

    function symmetricEncrypt(text: string, key: string): string {
      const iv = randomBytes(16);
      const cipher = createCipheriv('aes256', Buffer.from(key, 'latin1'), iv);
      const ciphered = cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
      return `${iv.toString('hex')}:${ciphered}`;
    }
    async function setTokenInCalCom(): Promise<unknown> {
      const url = `${api.url}/api/v1/credential-sync?apiKey=cal_${API_KEY}&userId=${ENV.CALCOM_TEST_USER_ID}`;
      const result = await fetch(url, {
        method: 'POST',
        body: JSON.stringify({
          appSlug: 'zoom',
          encryptedKey: symmetricEncrypt(JSON.stringify({ access_token: current }), AES_TEXT),
        }),
        headers: {
          'Content-Type': 'application/json',
          [ENV.CALCOM_CREDENTIAL_SYNC_HEADER_NAME]: SECRET,
        },
      });
      return result.json();
    }

    const [first, second] = [await setTokenInCalCom(), await setTokenInCalCom()];
    expect(first).toEqual({ credential: { id: expect.any(Number), type: 'zoom_video' } });
    expect(second).toEqual(first);
    const ask = { userId, appSlug: 'zoom' };
    expect(await instance.accessToken(ask)).toMatchObject({ accessToken: 'example-1', expiresAt: null });
    const refreshed = await instance.accessToken({ ...ask, rejectedToken: 'example-1' });
    expect(refreshed).toMatchObject({ accessToken: 'example-2', expiresAt: null });
  });

  test('the API describes itself', async () => {
    const answer = await side.api('GET', '/api/openapi.json');
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    expect(Object.keys(paths[PATH] ?? {}).toSorted()).toEqual(['delete', 'get', 'patch', 'post']);
  });
});
