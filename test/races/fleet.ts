import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/lib/db/index.ts';
import type { Cluster } from '../cluster.ts';
import { type RoleProcess, startProcess } from '../processes/start.ts';
import type { WatchedProvider } from './watched-provider.ts';

/** Platform processes on one PostgreSQL, of which any may die at any moment. */
export interface Fleet {
  /** When each process that is dead was killed, by name. Monotonic, in milliseconds, as all moments here. */
  readonly killed: ReadonlyMap<string, number>;
  /** When PostgreSQL came up, each time. */
  readonly databaseUp: readonly number[];
  /** The address of one of them, dead or alive; never `not`. */
  pick(not?: string): string;
  /** SIGKILL for one, and another in its place. */
  replaceOne(): Promise<void>;
  /** PostgreSQL goes down for a while. */
  restartDatabase(): Promise<void>;
  /** All of them and PostgreSQL die at once, and start again as if more than a minute had passed. */
  killAll(): Promise<void>;
}

interface Member {
  readonly name: string;
  readonly process: RoleProcess;
}

const LONGEST_DOWN_MS = 1_500;

/**
 * @param deliverTo where they deliver
 * @param random the dice
 */
export async function startFleet(
  size: number,
  {
    cluster,
    provider,
    deliverTo,
    random,
  }: { cluster: Cluster; provider: WatchedProvider; deliverTo: string; random: () => number },
): Promise<Fleet> {
  const members: Member[] = [];
  const killed = new Map<string, number>();
  const databaseUp = [performance.now()];
  let started = 0;
  onTestFinished(async () => {
    await Promise.all(members.map(({ process }) => process.kill()));
  });

  async function start(): Promise<Member> {
    const name = `process-${++started}`;
    const options = JSON.stringify({ providers: provider.providersOf(name) });
    const process = await startProcess('platform', { url: cluster.url }, deliverTo, options);
    return { name, process };
  }
  /** Known as killed before it is: what it still does in between counts as done by one that dies. */
  async function kill({ name, process }: Member): Promise<void> {
    killed.set(name, performance.now());
    await process.kill();
  }
  async function startDatabase(): Promise<void> {
    await cluster.start();
    databaseUp.push(performance.now());
  }
  const startAll = () => Promise.all(Array.from({ length: size }, start));

  members.push(...(await startAll()));
  return {
    killed,
    databaseUp,
    pick(not) {
      const others = members.filter(({ process }) => process.url !== not);
      const picked = others[Math.floor(random() * others.length)];
      if (picked === undefined) throw new Error('a fleet of none');
      return picked.process.url;
    },
    async replaceOne() {
      const seat = Math.floor(random() * size);
      await kill(members[seat] as Member);
      members[seat] = await start();
    },
    async restartDatabase() {
      await cluster.stop(random() < 0.5 ? 'fast' : 'immediate');
      await wait(random() * LONGEST_DOWN_MS);
      await startDatabase();
    },
    async killAll() {
      await Promise.all([cluster.stop('immediate'), ...members.map(kill)]);
      await startDatabase();
      await endClaims(cluster);
      members.splice(0, size, ...(await startAll()));
    },
  };
}

/** Leases and claims of the dead end by the database's clock: as if that had passed. Nobody is alive now. */
async function endClaims(cluster: Cluster): Promise<void> {
  const database = openDatabase({ url: cluster.url });
  await sql`update "lease" set "until" = 0`.execute(database.db);
  await sql`update "outbox" set "claimedUntil" = 0`.execute(database.db);
  await database.close();
}
