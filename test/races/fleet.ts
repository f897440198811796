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
 * @param sparing nobody is killed between the provider's answer and the journal: the one window that no client
 * can close
 */
export async function startFleet(
  size: number,
  {
    cluster,
    provider,
    deliverTo,
    random,
    sparing,
  }: {
    cluster: Cluster;
    provider: WatchedProvider;
    deliverTo: string;
    random: () => number;
    sparing: boolean;
  },
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
  async function spare(dying: readonly Member[]): Promise<void> {
    if (!sparing) return;
    for (const { name } of dying) provider.hold(name);
    const names = new Set(dying.map(({ name }) => name));
    while (!(await isQuiet(names))) await wait(5);
  }
  /** Whether all that the provider has answered them is written down. */
  async function isQuiet(names: ReadonlySet<string>): Promise<boolean> {
    const theirs = provider.exchanges.filter(({ process }) => names.has(process));
    if (theirs.some(({ given, refused }) => given === null && !refused)) return false;
    const open = await listAttempts(cluster);
    return theirs.every(({ given, userId, cameAt }) => {
      // An attempt was begun before its request came; what was begun after that is another one.
      const own = open.filter(one => one.userId === userId && one.beganAt <= cameAt);
      return given === null || own.length === 0 || own.some(({ answered }) => answered);
    });
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
      await spare(members.slice(seat, seat + 1));
      await kill(members[seat] as Member);
      members[seat] = await start();
    },
    async restartDatabase() {
      await cluster.stop(random() < 0.5 ? 'fast' : 'immediate');
      await wait(random() * LONGEST_DOWN_MS);
      await startDatabase();
    },
    async killAll() {
      await spare(members);
      await Promise.all([cluster.stop('immediate'), ...members.map(kill)]);
      await startDatabase();
      await endClaims(cluster);
      members.splice(0, size, ...(await startAll()));
    },
  };
}

interface AttemptSeen {
  readonly userId: number;
  readonly beganAt: number;
  readonly answered: boolean;
}

/** What the journal has of the versions that the vault has. */
async function listAttempts({ url }: Cluster): Promise<AttemptSeen[]> {
  const database = openDatabase({ url });
  const { rows } = await sql<AttemptSeen & { externalUserId: string }>`
    select c."externalUserId", a."beganAt", a."sealedAnswer" is not null as "answered" from "refresh_attempt" a
    join "connection" c on c."id" = a."connectionId" and c."version" = a."version"`.execute(database.db);
  await database.close();
  return rows.map(row => ({ ...row, userId: Number(row.externalUserId.replace('user-', '')) }));
}

/** Leases and claims of the dead end by the database's clock: as if that had passed. Nobody is alive now. */
async function endClaims(cluster: Cluster): Promise<void> {
  const database = openDatabase({ url: cluster.url });
  await sql`update "lease" set "until" = 0`.execute(database.db);
  await sql`update "outbox" set "claimedUntil" = 0`.execute(database.db);
  await database.close();
}
