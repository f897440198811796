import { sql } from 'kysely';
import { afterAll, beforeAll, expect } from 'vitest';
import { encryptKeys, WEBHOOK_PATH } from '../src/protocol/index.ts';
import type { TestDatabase, TestEngine } from './engines.ts';
import {
  AES_KEY,
  AES_TEXT,
  API_KEY,
  instanceConfig,
  SECRET,
  startInstance,
  type TestInstance,
} from './instance.ts';

const TOKEN = 'the-stored-access-token';
export const SECRETS = [SECRET, AES_TEXT, API_KEY, TOKEN, 'plain-of-the-push'];
export const GOOD = JSON.stringify({ access_token: 'plain-of-the-push' });
export const sealed = (text: string) => encryptKeys(text, AES_KEY);

/** What a test sends: a body, headers, a method. */
export type Sent = [
  body: string | Uint8Array<ArrayBuffer> | null,
  headers?: Record<string, string>,
  method?: string,
];

/** A name, what is sent, the status, and what the answer says. */
export type Row = [name: string, request: () => Sent, status: number, said: unknown];

/** An instance with a stored credential, for the tests of a describe, and what sends it pushes. */
export function badInputGround(engine: TestEngine) {
  let store: TestDatabase;
  let side: TestInstance;
  beforeAll(async () => {
    store = await engine.create();
    side = await startInstance(instanceConfig(store.location), { sleep: async () => {} });
    await side.push({ access_token: TOKEN, expiry_date: side.clock.now() + 3_600_000 });
    const at = new Date(0).toISOString();
    await sql`insert into "App" ("slug", "dirName", "categories", "createdAt", "updatedAt", "enabled")
      values ('no-code', 'nocode', '[]', ${at}, ${at}, true)`.execute(side.instance.database.db);
  });
  afterAll(async () => {
    await side?.instance.close();
    await store?.dispose();
  });

  async function send(...[body, headers = {}, method = 'POST']: Sent) {
    const request = new Request(`http://i.test${WEBHOOK_PATH}`, {
      method,
      headers: { 'content-type': 'application/json', 'calcom-webhook-secret': SECRET, ...headers },
      ...(method === 'POST' ? { body } : {}),
    });
    const answer = await side.instance.fetch(request);
    return { status: answer.status, text: await answer.text() };
  }

  async function rows(): Promise<string> {
    const all = await sql`select * from "Credential" order by "id"`.execute(side.instance.database.db);
    return JSON.stringify(all.rows);
  }

  const wrong = (keys: unknown, more: object = {}) =>
    JSON.stringify({ userId: side.userId, appSlug: 'google-calendar', keys, ...more });

  /** It is answered so, no row changes, and no secret is told. */
  async function expectRefused(request: Sent, status: number, said: unknown): Promise<void> {
    const before = await rows();
    const answer = await send(...request);
    expect(answer.status).toBe(status);
    const body = JSON.parse(answer.text);
    if (Array.isArray(said)) expect(JSON.stringify(body.error)).toBe(JSON.stringify(said.map(orderedLike)));
    else expect(body).toEqual({ message: said });
    for (const secret of SECRETS) expect(answer.text).not.toContain(secret);
    expect(await rows()).toBe(before);
  }

  return {
    send,
    rows,
    wrong,
    expectRefused,
    fetch: async (request: Request): Promise<Response> => side.instance.fetch(request),
  };
}

/** Cal.com's bytes: zod 3 puts `path` last for the integer check. */
function orderedLike(issue: Record<string, unknown>): Record<string, unknown> {
  if (issue.expected !== 'integer') return issue;
  const { path, ...rest } = issue;
  return { ...rest, path };
}
