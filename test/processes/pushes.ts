import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { type CredentialKey, credentialIdentity, rowKey } from '../../src/instance/store/index.ts';
import { type DatabaseLocation, openDatabase } from '../../src/lib/db/index.ts';
import { open } from '../../src/lib/sealed-box.ts';
import { encryptKeys, WEBHOOK_PATH } from '../../src/protocol/index.ts';
import type { Cluster } from '../cluster.ts';
import { AES_KEY, API_KEY, instanceConfig, SECRET } from '../instance.ts';
import type { RoleProcess } from './start.ts';

const CALLERS = 32;
const USERS = 8;
const APPS = ['google-calendar', 'zoom'];

/** Where a user's credential for an app is kept, and all that was pushed there. */
export interface Key {
  readonly userId: number;
  readonly appId: string;
  readonly pushes: Push[];
  /** How often its row can have been written at most. */
  writes: number;
  /** The row's version when it was last looked at. */
  version: number;
}

/** Times are counted by one counter for all pushes of a run. */
interface Push {
  readonly token: string;
  readonly sentAt: number;
  endedAt: number;
  acknowledged: boolean;
}

/** The moments that were counted so far. */
let moments = 0;

interface Life {
  readonly history: ReadonlyMap<string, Key>;
  readonly random: () => number;
  /** The database's server when it is cut off first, or null. */
  readonly crashed: Cluster | null;
}

/** Has all callers push until a random moment, and kills. @returns how many pushes got no answer */
export async function pushUntilKilled(
  instance: RoleProcess,
  { history, random, crashed }: Life,
): Promise<number> {
  const keys = [...history.values()];
  const enough = 1 + Math.floor(random() * 300);
  const reached = Promise.withResolvers<void>();
  const ending = new AbortController();
  let acknowledged = 0;
  let cut = 0;

  async function call(key: Key): Promise<void> {
    while (!ending.signal.aborted) {
      const sentAt = ++moments;
      const token = `token ${sentAt} of user ${key.userId} for ${key.appId}`;
      const one: Push = { token, sentAt, endedAt: Number.POSITIVE_INFINITY, acknowledged: false };
      key.pushes.push(one);
      const status = await push(instance.url, key, token).catch(() => null);
      one.endedAt = ++moments;
      one.acknowledged = status === 200;
      // A group that a crash of the database leaves without an answer is written again, one by one.
      key.writes += ending.signal.aborted && crashed !== null ? 2 : 1;
      if (one.acknowledged && ++acknowledged === enough) reached.resolve();
      if (one.acknowledged) continue;
      cut += 1;
      if (!ending.signal.aborted) reached.reject(new Error(`A push was answered ${status}.`));
    }
  }

  const callers = Array.from({ length: CALLERS }, (_, index) => call(keys[index % keys.length] as Key));
  await reached.promise;
  await wait(random() * 10);
  ending.abort();
  if (crashed !== null) {
    await crashed.stop('immediate');
    expect((await fetch(`${instance.url}/health/live`)).status).toBe(200);
  }
  await instance.kill();
  await Promise.all(callers);
  return cut;
}

async function push(url: string, { userId, appId }: Key, token: string): Promise<number> {
  const credential = { access_token: token, expiry_date: Date.now() + 86_400_000, filler: 'x'.repeat(600) };
  const keys = encryptKeys(JSON.stringify(credential), AES_KEY);
  const response = await fetch(`${url}${WEBHOOK_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'calcom-webhook-secret': SECRET },
    body: JSON.stringify({ userId, appSlug: appId, keys }),
  });
  await response.arrayBuffer();
  return response.status;
}

interface Stored extends CredentialKey {
  readonly sealedKey: string;
  readonly version: number;
}

/** Compares what the database holds, and what the instance serves, with what was acknowledged. */
export async function check(
  location: DatabaseLocation,
  url: string,
  history: ReadonlyMap<string, Key>,
): Promise<void> {
  const { keyring } = instanceConfig(location);
  const database = openDatabase(location);
  const { rows } = await sql<Stored>`select * from "Credential"`.execute(database.db);
  const events = await sql<CredentialKey & { detail: string }>`
    select "userId", "appId", "detail" from "event" where "kind" = 'credential.pushed' order by "id"`.execute(
    database.db,
  );
  await database.close();
  const stored = new Map(rows.map(row => [rowKey(row), row]));
  for (const [name, key] of history) {
    const acknowledged = key.pushes.filter(one => one.acknowledged);
    const row = stored.get(name);
    if (row === undefined) {
      expect(acknowledged, name).toEqual([]);
      continue;
    }
    const { access_token: token } = JSON.parse(open(keyring, row.sealedKey, credentialIdentity(row)));
    const last = Math.max(0, ...acknowledged.map(({ sentAt }) => sentAt));
    // Two at once may land in either order; one that ended before an acknowledged one was sent may not win.
    const rightful = key.pushes.filter(({ endedAt }) => endedAt > last).map(one => one.token);
    expect(rightful).toContain(token);
    expect(await servedToken(url, key)).toBe(token);

    expect(row.version, name).toBeGreaterThanOrEqual(Math.max(key.version, oneAfterAnother(acknowledged)));
    expect(row.version, name).toBeLessThanOrEqual(key.writes);
    key.version = row.version;
    const noted = events.rows.filter(({ userId, appId }) => userId === key.userId && appId === key.appId);
    const versions = Array.from({ length: row.version }, (_, index) => `version ${index + 1}`);
    expect(
      noted.map(({ detail }) => detail),
      name,
    ).toEqual(versions);
  }
}

/** How many of them were each sent after the one before had ended: those that wait together may share a write. */
function oneAfterAnother(pushes: readonly Push[]): number {
  let count = 0;
  let last = 0;
  for (const { sentAt, endedAt } of pushes.toSorted((one, other) => one.endedAt - other.endedAt)) {
    if (sentAt < last) continue;
    count += 1;
    last = endedAt;
  }
  return count;
}

async function servedToken(url: string, { userId, appId }: Key): Promise<unknown> {
  const answer = await api(url, 'POST', '/api/keyferry/v1/access-token', { userId, appSlug: appId });
  return ((await answer.json()) as { access_token?: unknown }).access_token;
}

export async function api(url: string, method: string, path: string, json: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  return fetch(`${url}${path}`, { method, headers, body: JSON.stringify(json) });
}

/** Adds the users, enables the apps, and starts the history of each pair of them. */
export async function makeKeys(url: string, history: Map<string, Key>): Promise<void> {
  for (const slug of APPS) await api(url, 'PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true });
  for (let index = 0; index < USERS; index += 1) {
    const answer = await api(url, 'POST', '/api/v1/users', { email: `ada-${index}@example.com` });
    const { user } = (await answer.json()) as { user: { id: number } };
    for (const appId of APPS) {
      const key = { userId: user.id, appId, pushes: [], writes: 0, version: 0 };
      history.set(rowKey({ ...key, account: '' }), key);
    }
  }
}
