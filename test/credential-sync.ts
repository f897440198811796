import { createEmulator, type Emulator } from 'emulate';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { createInstance } from '../src/instance/index.ts';
import type { Effects } from '../src/lib/effects.ts';
import { createLog } from '../src/lib/log.ts';
import { encryptKeys } from '../src/protocol/index.ts';
import type { TestDatabase, TestEngine } from './engines.ts';
import { AES_KEY, API_KEY, instanceConfig, SECRET, startInstance, type TestInstance } from './instance.ts';

export const PATH = '/api/v1/credential-sync';
export const HEADER = 'calcom-credential-sync-secret';
/** An id that no row has. */
export const NOBODY = 2_000_000_000;

/** The address of the emulated Google's one user, and the id of their main calendar. */
export const EMAIL = 'ada@example.com';
/** A token that the emulated Google takes. */
export const TOKEN = 'google-token-of-ada';

export const encrypted = (value: unknown) => encryptKeys(JSON.stringify(value), AES_KEY);
export const zoom = (access_token = 'zoom-token') => ({
  appSlug: 'zoom',
  encryptedKey: encrypted({ access_token }),
});
export const calendar = (access_token = TOKEN) => ({
  appSlug: 'google-calendar',
  encryptedKey: encrypted({ access_token }),
});

export interface Call {
  readonly method?: string;
  readonly query?: Record<string, string | number> | string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/**
 * An instance of one user with an emulated Google, for the tests of a `describe`: made before them, closed
 * after them, without credentials at the start of each.
 */
export function credentialSyncGround(engine: TestEngine) {
  let store: TestDatabase;
  let started: TestInstance;
  let google: Emulator;
  const others: { close(): Promise<void> }[] = [];
  const side = {
    get instance() {
      return started.instance;
    },
    get clock() {
      return started.clock;
    },
    get userId() {
      return started.userId;
    },
    get googleUrl() {
      return google.url;
    },
  };

  beforeAll(async () => {
    const calendars = [
      { id: 'a-team@group.calendar.example', user_email: EMAIL, summary: 'A team' },
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
    started = await startInstance(config, { sleep: async () => {} });
  });
  afterAll(async () => {
    // PGlite is one for all: closing it once closes it for all.
    if (engine.name !== 'pglite') for (const other of others) await other.close();
    await started?.instance.close();
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
    const answer = await started.api('POST', '/api/v1/users', { email });
    const { user } = (await answer.json()) as { user: { id: number } };
    onTestFinished(async () => {
      await sql`delete from "users" where "id" = ${user.id}`.execute(side.instance.database.db);
    });
    return user.id;
  }

  const token = async (appSlug: string) =>
    (await side.instance.accessToken({ userId: side.userId, appSlug })).accessToken;

  const push: TestInstance['push'] = (...pushed) => started.push(...pushed);

  return { side, another, call, post, posted, rows, addUser, push, token };
}
