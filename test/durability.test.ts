import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { addUser, type Instance } from '../src/instance/index.ts';
import { type DatabaseLocation, openDatabase } from '../src/lib/db/index.ts';
import { listen } from '../src/lib/http/index.ts';
import { type Cluster, findBinaries, startCluster } from './cluster.ts';
import { engines, type TestEngine } from './engines.ts';
import { instanceConfig, startInstance } from './instance.ts';
import { api, check, type Key, makeKeys, pushUntilKilled } from './processes/pushes.ts';
import { type RoleProcess, startProcess } from './processes/start.ts';
import { seeded } from './seeded.ts';
import { temporaryFolder } from './temp.ts';

const KILLS = 20;
/** Every so many kills the database's own server is cut off too. */
const CRASH_EVERY = 4;

const IMPORT_KILLS = 5;
const IMPORTS = 8;

describe.each(engines.filter(({ name }) => name !== 'pglite'))('kill -9 on $name', engine => {
  test.skipIf(!engine.available)(
    'amid pushes: every acknowledged one is there after the restart',
    async () => {
      const random = seeded();
      const { location, cluster } = await ground(engine);
      const history = new Map<string, Key>();
      let cut = 0;
      for (let kill = 0; kill <= KILLS; kill += 1) {
        const instance = await startProcess('instance', location);
        onTestFinished(instance.kill);
        if (kill === 0) await makeKeys(instance.url, history);
        await check(location, instance.url, history);
        if (kill === KILLS) break;
        const crashed = kill % CRASH_EVERY === CRASH_EVERY - 1 ? cluster : null;
        cut += await pushUntilKilled(instance, { history, random, crashed });
        if (crashed !== null) await crashed.start();
        if ('url' in location) await othersGone(location);
      }
      // Else nothing was under way at any of the kills.
      expect(cut).toBeGreaterThan(KILLS);
    },
    120_000,
  );

  test.skipIf(!engine.available)(
    'between import and delivery: the outbox delivers after the restart',
    async () => {
      const random = seeded();
      const store = await engine.create();
      onTestFinished(store.dispose);
      const { instance } = await startInstance(instanceConfig({ file: `${temporaryFolder()}/instance.db` }));
      onTestFinished(instance.close);
      let held: PromiseWithResolvers<void> | null = null;
      const target = await listen(
        async request => {
          if (held === null) return instance.fetch(request);
          // Whoever sent this is dead when it is answered: it must not count as delivered.
          await held.promise;
          return new Response(null, { status: 503 });
        },
        { port: 0, host: '127.0.0.1' },
      );
      onTestFinished(() => target.close(0));

      for (let kill = 1; kill <= IMPORT_KILLS; kill += 1) {
        held = Promise.withResolvers<void>();
        const before = await startProcess('platform', store.location, target.url);
        onTestFinished(before.kill);
        const added = Array.from({ length: IMPORTS }, (_, index) =>
          addUser(instance.database, { email: `ada-${kill}-${index}@example.com` }, Date.now()),
        );
        const users = (await Promise.all(added)).map(({ id }) => id);
        const imported = await importUntilKilled(before, users, random);
        held.resolve();
        held = null;
        await endClaims(store.location);
        const after = await startProcess('platform', store.location, target.url);
        onTestFinished(after.kill);
        await vi.waitFor(() => delivered(instance, imported), { timeout: 20_000, interval: 50 });
        await after.kill();
      }
    },
    120_000,
  );
});

/** Imports a credential for each user at once, and kills at a random moment. @returns the acknowledged users */
async function importUntilKilled(
  platform: RoleProcess,
  users: readonly number[],
  random: () => number,
): Promise<number[]> {
  const enough = 1 + Math.floor(random() * users.length);
  const reached = Promise.withResolvers<void>();
  const acknowledged: number[] = [];
  const calls = users.map(async userId => {
    const answer = await api(platform.url, 'POST', '/api/keyferry/v1/connections', {
      externalUserId: `user-${userId}`,
      calcomUserId: userId,
      appSlug: 'zoom',
      credential: { access_token: `token of ${userId}` },
    }).catch(() => null);
    if (answer?.status === 201) acknowledged.push(userId);
    if (acknowledged.length === enough) reached.resolve();
  });
  void Promise.all(calls).then(() => reached.reject(new Error('Not every import was acknowledged.')));
  await reached.promise;
  await wait(random() * 20);
  await platform.kill();
  await Promise.all(calls);
  return acknowledged;
}

/** A claim outlives its worker for a minute, by the database's own clock: as if that had passed. */
async function endClaims(location: DatabaseLocation): Promise<void> {
  const database = openDatabase(location);
  await sql`update "outbox" set "claimedUntil" = 0`.execute(database.db);
  await database.close();
}

async function delivered(instance: Instance, users: readonly number[]): Promise<void> {
  for (const userId of users) {
    const { accessToken } = await instance.accessToken({ userId, appSlug: 'zoom' });
    expect(accessToken).toBe(`token of ${userId}`);
  }
}

/** The database of one test; on PostgreSQL a server of its own where it can be started. */
async function ground(engine: TestEngine): Promise<{ location: DatabaseLocation; cluster: Cluster | null }> {
  if (engine.name === 'postgres' && findBinaries() !== null) {
    const cluster = await startCluster({ fsync: true });
    onTestFinished(cluster.dispose);
    return { location: { url: cluster.url }, cluster };
  }
  const { location, dispose } = await engine.create();
  onTestFinished(dispose);
  return { location, cluster: null };
}

/** PostgreSQL finishes a statement whose client is gone: waits until nobody else is connected. */
async function othersGone(location: DatabaseLocation): Promise<void> {
  const database = openDatabase(location);
  const others = sql<{ count: number }>`select count(*) as "count" from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  await vi.waitFor(async () => expect((await others.execute(database.db)).rows).toEqual([{ count: 0 }]), {
    timeout: 10_000,
  });
  await database.close();
}
