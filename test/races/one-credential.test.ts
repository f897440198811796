import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import { type Database, openDatabase } from '../../src/lib/db/index.ts';
import { encryptKeys, secretHeaders, WEBHOOK_PATH } from '../../src/protocol/index.ts';
import { type Cluster, findBinaries, startCluster } from '../cluster.ts';
import { type FaultyServer, startFaultyServer } from '../faulty-server.ts';
import { AES_KEY, SECRET } from '../instance.ts';
import { CLIENT } from '../platform/platform.ts';
import { api } from '../processes/pushes.ts';
import { type RoleProcess, startProcess } from '../processes/start.ts';
import { type RecordingProxy, startProxy } from '../proxy.ts';

const PROCESSES = 4;
const CALLERS = 500;
const ROUNDS = 3;
const SLUG = 'zoom';
const DAY_MS = 86_400_000;

describe.skipIf(findBinaries() === null)('four processes of each role on one PostgreSQL', () => {
  let cluster: Cluster;
  let provider: FaultyServer;
  let toPlatforms: RecordingProxy;
  const endings: (() => Promise<void>)[] = [];
  const platforms: RoleProcess[] = [];
  const instances: RoleProcess[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ fsync: true });
    endings.unshift(cluster.dispose);
    const location = { url: cluster.url };
    provider = await rotatingProvider();
    endings.unshift(provider.close);
    const providers: ProviderOverrides = { [SLUG]: { tokenEndpoint: `${provider.url}/token` } };
    // They deliver nothing and refresh nothing by themselves: all that is asked, is asked by the callers.
    const options = JSON.stringify({ providers, started: false });
    const starting = { length: PROCESSES };
    platforms.push(
      ...(await Promise.all(
        Array.from(starting, () => startProcess('platform', location, 'http://127.0.0.1:9', options)),
      )),
    );
    toPlatforms = await startProxy(...(platforms.map(({ url }) => url) as [string]));
    endings.unshift(toPlatforms.close);
    instances.push(
      ...(await Promise.all(
        Array.from(starting, () => startProcess('instance', location, `${toPlatforms.url}/api/sync`)),
      )),
    );
    await api(at(platforms, 0), 'PUT', `/api/keyferry/v1/apps/${SLUG}`, { keys: CLIENT });
    await api(at(instances, 0), 'PUT', `/api/keyferry/v1/apps/${SLUG}`, { enabled: true });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([...instances, ...platforms].map(({ kill }) => kill()));
    for (const end of endings) await end();
  });

  test(`${CALLERS} callers of all instances cost one request at the platform and one at the provider`, async () => {
    const database = openDatabase({ url: cluster.url });
    onTestFinished(() => database.close());
    for (let round = 1; round <= ROUNDS; round += 1) {
      const userId = await expired(database);
      const [synced, refreshed] = [toPlatforms.seen.length, provider.seen.length];
      const tokens = await Promise.all(
        Array.from({ length: CALLERS }, (_, caller) => tokenAt(at(instances, caller), userId)),
      );
      const requests = {
        sync: toPlatforms.seen.length - synced,
        provider: provider.seen.length - refreshed,
        tokens: [...new Set(tokens)],
      };
      expect(requests).toEqual({ sync: 1, provider: 1, tokens: [`access-${provider.seen.length}`] });
      expect(await versions(database, userId)).toEqual({ instance: 2, platform: 2 });
    }
  }, 120_000);

  test(`${CALLERS} callers of all platforms cost one request at the provider`, async () => {
    const database = openDatabase({ url: cluster.url });
    onTestFinished(() => database.close());
    for (let round = 1; round <= ROUNDS; round += 1) {
      const userId = await expired(database);
      const refreshed = provider.seen.length;
      const tokens = await Promise.all(
        Array.from({ length: CALLERS }, (_, caller) => syncAt(at(platforms, caller), userId)),
      );
      const requests = { provider: provider.seen.length - refreshed, tokens: [...new Set(tokens)] };
      expect(requests).toEqual({ provider: 1, tokens: [`access-${provider.seen.length}`] });
      expect(await versions(database, userId)).toEqual({ instance: 1, platform: 2 });
    }
  }, 120_000);

  /** A new user whose credential has expired on both sides. @returns the user's id */
  async function expired(database: Database<unknown>): Promise<number> {
    const email = `user-${randomUUID()}@example.com`;
    const made = await api(at(instances, 0), 'POST', '/api/v1/users', { email });
    const { user } = (await made.json()) as { user: { id: number } };
    const credential = { access_token: 'access-0', refresh_token: `refresh of ${user.id}, 0` };
    const body = { externalUserId: `user-${user.id}`, calcomUserId: user.id, appSlug: SLUG, credential };
    const imported = await api(at(platforms, 0), 'POST', '/api/keyferry/v1/connections', body);
    expect(imported.status).toBe(201);
    const pushed = await fetch(`${at(instances, 0)}${WEBHOOK_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...secretHeaders(SECRET, null) },
      body: JSON.stringify({
        userId: user.id,
        appSlug: SLUG,
        keys: encryptKeys(JSON.stringify({ access_token: 'access-0' }), AES_KEY),
      }),
    });
    expect(pushed.status).toBe(200);
    const past = Date.now() - DAY_MS;
    await sql`update "connection" set "expiresAt" = ${past} where "externalUserId" = ${body.externalUserId}`.execute(
      database.db,
    );
    await sql`update "Credential" set "expiresAt" = ${past} where "userId" = ${user.id}`.execute(database.db);
    return user.id;
  }
});

/** Rotates at each refresh; a refresh token that comes twice is refused. It takes its time, so that all meet. */
async function rotatingProvider(): Promise<FaultyServer> {
  const server = await startFaultyServer();
  const used = new Set<string>();
  server.answer = async ({ body }, response) => {
    const presented = new URLSearchParams(body).get('refresh_token') ?? '';
    const count = server.seen.length;
    await new Promise(resolve => setTimeout(resolve, 300));
    const head = { 'content-type': 'application/json' };
    if (used.has(presented)) return void response.writeHead(400, head).end('{"error":"invalid_grant"}');
    used.add(presented);
    const next = presented.replace(/\d+$/, number => String(Number(number) + 1));
    const tokens = { access_token: `access-${count}`, refresh_token: next, expires_in: 3600 };
    response.writeHead(200, head).end(JSON.stringify(tokens));
  };
  return server;
}

function at(processes: readonly RoleProcess[], caller: number): string {
  const process = processes[caller % processes.length];
  if (process === undefined) throw new Error('no process runs');
  return process.url;
}

async function tokenAt(url: string, userId: number): Promise<unknown> {
  const answer = await api(url, 'POST', '/api/keyferry/v1/access-token', { userId, appSlug: SLUG });
  return told(answer);
}

async function syncAt(url: string, userId: number): Promise<unknown> {
  const answer = await fetch(`${url}/api/sync`, {
    method: 'POST',
    headers: secretHeaders(SECRET, null),
    body: new URLSearchParams({ calcomUserId: String(userId), appSlug: SLUG }),
  });
  return told(answer);
}

/** The token, or what came in its place. */
async function told(answer: Response): Promise<unknown> {
  const body = (await answer.json()) as { access_token?: unknown };
  return answer.status === 200 ? body.access_token : `${answer.status} ${JSON.stringify(body)}`;
}

/** How often the credential was written on either side. */
async function versions({ db }: Database<unknown>, userId: number): Promise<object | undefined> {
  const { rows } = await sql<object>`
    select i."version" as "instance", p."version" as "platform" from "Credential" i
    join "connection" p on p."externalUserId" = ${`user-${userId}`} where i."userId" = ${userId}`.execute(db);
  return rows[0];
}
