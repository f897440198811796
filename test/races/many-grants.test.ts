import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../../src/lib/db/index.ts';
import { open } from '../../src/lib/sealed-box.ts';
import { connectionIdentity } from '../../src/platform/vault/index.ts';
import { REJECTED_TOKEN_HEADER, secretHeaders, tokenFingerprint } from '../../src/protocol/index.ts';
import { type Cluster, findBinaries, startCluster } from '../cluster.ts';
import { instanceConfig, SECRET } from '../instance.ts';
import { CLIENT, pushed } from '../platform/platform.ts';
import { scriptedServer } from '../platform/server.ts';
import { api } from '../processes/pushes.ts';
import { seeded } from '../seeded.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type Exchange, startWatchedProvider, type WatchedProvider } from './watched-provider.ts';

const PROCESSES = 4;
/** Grants that are being refreshed at one moment, each by two callers at two processes. */
const AT_ONCE = 12;

/** How much of a race there is. */
interface Size {
  readonly grants: number;
  /** Of each. */
  readonly refreshes: number;
  readonly kills: number;
  readonly databaseRestarts: number;
  /** When all die at once: after such parts of the refreshes, in order. */
  readonly allKilled: readonly number[];
}

const FULL: Size = {
  grants: 200,
  refreshes: 10,
  kills: 12,
  databaseRestarts: 3,
  allKilled: [0.3, 0.6, 0.9],
};
const SMALL: Size = { grants: 100, refreshes: 4, kills: 6, databaseRestarts: 1, allKilled: [0.5, 0.9] };

const SLUG = 'zoom';
/** How long a caller waits for an answer before it turns to another grant, in milliseconds. */
const PATIENCE_MS = 3_000;
/** How long a grant is let alone when nobody could be asked, at most, in milliseconds. */
const SOON_MS = 400;
/** How long a grant is let alone whose lease somebody has taken to the grave: it holds for a while. */
const ASIDE_MS = 5_000;
/**
 * Whoever had an answer, and a database to write it to, for longer than this before it was killed must have
 * written it. In milliseconds.
 */
const WINDOW_MS = 5_000;

/** A grant as its callers know it. */
interface Held {
  readonly userId: number;
  readonly connectionId: string;
  grantId: string;
  /** The last token that they were told. */
  token: string;
  refreshes: number;
  /** By the monotonic clock, in milliseconds. */
  notBefore: number;
  busy: boolean;
}

/** A grant that its user had to connect again, and what was on its way when it was lost. */
interface Loss {
  readonly userId: number;
  readonly grantId: string;
  readonly exchange: Exchange | undefined;
  /** Whether an answer, or a request, went down with a process that was killed. */
  readonly inWindow: boolean;
}

interface Run {
  readonly provider: WatchedProvider;
  readonly fleet: Fleet;
  readonly random: () => number;
  /** The access tokens that anybody was told: from then on they must not be lost. */
  readonly told: Set<string>;
  readonly losses: Loss[];
}

describe.skipIf(findBinaries() === null)('grants that are refreshed while all around dies', () => {
  test(`${FULL.grants * FULL.refreshes} refreshes of ${FULL.grants} grants: no reuse, and no loss`, async () => {
    const { losses, provider } = await race(FULL, true);
    expect(losses).toEqual([]);
    expect(provider.ended).toEqual([]);
  }, 600_000);

  test('killed at any moment: lost is only what was answered to one that was killed', async () => {
    const { losses, provider } = await race(SMALL, false);
    expect(losses.filter(({ inWindow }) => !inWindow)).toEqual([]);
    const windows = losses.map(({ grantId }) => grantId);
    expect(provider.ended.filter(grantId => !windows.includes(grantId))).toEqual([]);
  }, 600_000);
});

/** Refreshes all grants, kills meanwhile, and refreshes each once more at the end. */
async function race(size: Size, sparing: boolean): Promise<Run> {
  const random = seeded();
  // Its processes die, and the machine does not: what they have written is there without fsync.
  const cluster = await startCluster({ fsync: false });
  onTestFinished(cluster.dispose);
  const provider = await startWatchedProvider();
  const told = new Set<string>();
  const delivered = new Map<number, unknown>();
  const target = await scriptedServer(({ body }) => {
    const { userId, keys } = pushed(body);
    told.add(String(keys.access_token));
    delivered.set(userId, keys.access_token);
    return {};
  });
  const fleet = await startFleet(PROCESSES, { cluster, provider, deliverTo: target.url, random, sparing });
  const run: Run = { provider, fleet, random, told, losses: [] };
  await api(fleet.pick(), 'PUT', `/api/keyferry/v1/apps/${SLUG}`, { keys: CLIENT });
  const users = Array.from({ length: size.grants }, (_, index) => index + 1);
  const grants = await Promise.all(users.map(userId => connect(run, userId)));

  await Promise.all([refreshAll(run, grants, size.refreshes), calamities(run, grants, size)]);
  const { losses } = run;
  const lost = losses.length;
  await refreshAll(run, grants, size.refreshes + 1);

  const answered = provider.exchanges.filter(({ given }) => given !== null).length;
  console.info(
    `${size.grants * size.refreshes} refreshes of ${size.grants} grants, ${fleet.killed.size} processes killed, ` +
      `PostgreSQL started ${fleet.databaseUp.length} times: ${losses.length} grants lost, ` +
      `${provider.ended.length} reuses, ${answered} answers of the provider`,
  );
  // When nothing dies any more, nothing is lost any more.
  expect(losses).toHaveLength(lost);
  // However many asked, wherever: one request a refresh, and one that went down with each loss.
  const refreshed = size.grants * (size.refreshes + 1);
  expect(answered).toBeGreaterThanOrEqual(refreshed);
  expect(answered).toBeLessThanOrEqual(refreshed + losses.length);
  expect(await reasons(cluster)).toEqual(losses.map(() => 'answer_lost'));
  await vi.waitFor(() => agree(cluster, grants, delivered), { timeout: 20_000, interval: 100 });
  return run;
}

/** A user's grant, fresh from the provider and imported; over the one before, whose connection it keeps. */
async function connect({ provider, fleet }: Run, userId: number, before?: Held): Promise<Held> {
  const { grantId, refreshToken } = await provider.issue(userId);
  const token = `imported with ${grantId}`;
  const credential = { access_token: token, refresh_token: refreshToken, expires_in: 3600 };
  const body = { externalUserId: `user-${userId}`, calcomUserId: userId, appSlug: SLUG, credential };
  for (;;) {
    const answer = await api(fleet.pick(), 'POST', '/api/keyferry/v1/connections', body).catch(() => null);
    if (answer?.status !== 201) {
      await wait(50);
      continue;
    }
    const { id } = (await answer.json()) as { id: string };
    if (before !== undefined) expect(id).toBe(before.connectionId);
    const fresh = { userId, connectionId: id, refreshes: 0, notBefore: 0, busy: false };
    return Object.assign(before ?? fresh, { grantId, token });
  }
}

/** Has each grant refreshed until it was as often as this, many at once and in random order. */
async function refreshAll(run: Run, grants: readonly Held[], times: number): Promise<void> {
  async function work(): Promise<void> {
    for (;;) {
      const open = grants.filter(({ refreshes }) => refreshes < times);
      if (open.length === 0) return;
      const ready = open.filter(({ busy, notBefore }) => !busy && notBefore <= performance.now());
      const held = ready[Math.floor(run.random() * ready.length)];
      if (held === undefined) {
        await wait(20);
        continue;
      }
      held.busy = true;
      await refresh(run, held);
      held.busy = false;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

const LOST = Symbol('lost');
const LATER = Symbol('later');

/** Two callers at two processes whose token was refused want a new one, and get the same. */
async function refresh(run: Run, held: Held): Promise<void> {
  const [began, one] = [performance.now(), run.fleet.pick()];
  const said = await Promise.all([ask(one, held), ask(run.fleet.pick(one), held)]);
  if (said.includes(LOST)) {
    expect(said.filter(one => typeof one === 'string')).toEqual([]);
    run.losses.push(lossOf(run, held));
    await connect(run, held.userId, held);
    return;
  }
  const tokens = new Set(said.filter(token => typeof token === 'string'));
  const [token] = tokens;
  if (token === undefined) {
    const now = performance.now();
    held.notBefore = now + run.random() * (now - began < PATIENCE_MS ? SOON_MS : ASIDE_MS);
    return;
  }
  expect([...tokens]).toHaveLength(1);
  expect(token).not.toBe(held.token);
  held.token = token;
  held.refreshes += 1;
  run.told.add(token);
}

async function ask(url: string, { userId, token }: Held): Promise<string | typeof LOST | typeof LATER> {
  try {
    const answer = await fetch(`${url}/api/sync`, {
      method: 'POST',
      headers: {
        ...secretHeaders(SECRET, null),
        [REJECTED_TOKEN_HEADER]: tokenFingerprint(token, SECRET),
      },
      body: new URLSearchParams({ calcomUserId: String(userId), appSlug: SLUG }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await answer.json()) as { access_token?: string; code?: string };
    if (answer.status === 200 && body.access_token !== undefined) return body.access_token;
    if (answer.status === 409) return LOST;
    if (answer.status >= 500) return LATER;
    throw new TypeError(`/api/sync answered ${answer.status} ${body.code}`);
  } catch (error) {
    // Refused, cut off, or too slow: whoever was asked is dead, or waits for the lease of one who is.
    if (error instanceof TypeError && error.message.startsWith('/api/sync')) throw error;
    return LATER;
  }
}

/** Finds out what was under way with a grant that is lost. */
function lossOf({ provider, fleet, told }: Run, { userId, grantId }: Held): Loss {
  const exchange = provider.exchanges.findLast(
    one => one.grantId === grantId && !one.refused && (one.given !== null || fleet.killed.has(one.process)),
  );
  const killedAt = fleet.killed.get(exchange?.process ?? '');
  if (exchange === undefined || killedAt === undefined) return { userId, grantId, exchange, inWindow: false };
  const unknown = exchange.given === null || !told.has(exchange.given);
  const up = fleet.databaseUp.findLast(at => at < killedAt) ?? 0;
  const inWindow = unknown && killedAt - Math.max(exchange.at, up) < WINDOW_MS;
  return { userId, grantId, exchange, inWindow };
}

/** Kills and restarts, each when so many refreshes are done as the dice say. The last time all die. */
async function calamities({ fleet, random }: Run, grants: readonly Held[], size: Size): Promise<void> {
  const all = size.grants * size.refreshes;
  const anywhere = (act: () => Promise<void>) => ({ at: random() * 0.85 * all, act });
  const acts = [
    ...Array.from({ length: size.kills }, () => anywhere(fleet.replaceOne)),
    ...Array.from({ length: size.databaseRestarts }, () => anywhere(fleet.restartDatabase)),
    ...size.allKilled.map(part => ({ at: part * all, act: fleet.killAll })),
  ];
  for (const { at, act } of acts.toSorted((one, other) => one.at - other.at)) {
    while (grants.reduce((sum, { refreshes }) => sum + refreshes, 0) < at) await wait(5);
    await act();
  }
}

/** Why users had to connect again, by the events. */
async function reasons({ url }: Cluster): Promise<string[]> {
  const database = openDatabase({ url });
  const { rows } = await sql<{ detail: string }>`
    select "detail" from "platform_event" where "kind" = 'connection.needs_reconnect'`.execute(database.db);
  await database.close();
  // Behind the reason stands what was tried.
  return rows.map(({ detail }) => detail.split(':')[0] ?? '');
}

interface Row {
  readonly id: string;
  readonly sealedCredential: string;
  readonly status: string;
}

/** Nothing waits to be sent; and the vault, the target and the callers have the same token of each grant. */
async function agree(
  cluster: Cluster,
  grants: readonly Held[],
  delivered: ReadonlyMap<number, unknown>,
): Promise<void> {
  const location = { url: cluster.url };
  const { keyring } = instanceConfig(location);
  const database = openDatabase(location);
  try {
    const { rows } = await sql<Row>`select "id", "sealedCredential", "status" from "connection"`.execute(
      database.db,
    );
    const waiting = sql<{ count: number }>`select count(*) as "count" from "outbox" where "state" <> 'done'`;
    expect((await waiting.execute(database.db)).rows).toEqual([{ count: 0 }]);
    const vault = new Map(
      rows.map(({ id, sealedCredential, status }) => {
        const { access_token } = JSON.parse(open(keyring, sealedCredential, connectionIdentity(id)));
        return [id, { status, token: access_token, delivered: access_token }];
      }),
    );
    const known = grants.map(({ connectionId, userId, token }) => {
      return [connectionId, { status: 'connected', token, delivered: delivered.get(userId) }] as const;
    });
    expect(Object.fromEntries(vault)).toEqual(Object.fromEntries(known));
  } finally {
    await database.close();
  }
}
