import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { databaseFault, databaseNow, REPEATABLE, type Store } from './db/index.ts';

/** The right to do one thing, held by one process for a time. */
export interface Lease {
  readonly name: string;
  /** Known to the holder alone: only it releases. */
  readonly owner: string;
  /** Grows with each holder of the name, so that what a former holder wrote can be told apart. */
  readonly generation: number;
  /**
   * Until when it surely holds, in milliseconds of this process's monotonic clock: counted from before it was
   * asked for, so that it never ends later than in the database.
   */
  readonly until: number;
}

/**
 * Takes the lease if it is free or has run out. Time is the database's, so that clocks of processes do
 * not matter. An end that is further away than it can be was written before the database's clock went back: it is
 * moved to where it can be, so that the holder keeps its time and nobody waits for longer.
 * Whoever has it already, by the same owner, keeps it: so a repeat of the statement does no harm.
 * @param ttlMs how long it holds, in milliseconds: longer than the deadline of what is done under it
 * @param monotonic the process's own clock, which nobody sets; milliseconds
 * @returns null while another holds it
 */
export async function acquireLease(
  { db, engine }: Store,
  name: string,
  ttlMs: number,
  monotonic: () => number = () => performance.now(),
): Promise<Lease | null> {
  const owner = randomUUID();
  const until = monotonic() + ttlMs;
  const now = databaseNow(engine);
  const end = sql`${now} + cast(${ttlMs} as bigint)`;
  const ended = sql`"lease"."until" <= ${now}`;
  const { rows } = await sql<{ owner: string; generation: number }>`${REPEATABLE}
    insert into "lease" ("name", "owner", "generation", "until")
    values (${name}, ${owner}, 1, ${end})
    on conflict ("name") do update
    set "owner" = case when ${ended} then excluded."owner" else "lease"."owner" end,
      "generation" = case when ${ended} then "lease"."generation" + 1 else "lease"."generation" end,
      "until" = ${end}
    where ${ended} or "lease"."owner" = excluded."owner" or "lease"."until" > ${end}
    returning "owner", "generation"
  `
    .execute(db)
    .catch(givenBackLater(db, { name, owner }));
  const [row] = rows;
  return row?.owner === owner ? { name, owner, generation: row.generation, until } : null;
}

/**
 * Holds a lease for longer, counted from now. One whose time ran out is held again, unless another has taken it.
 * @param ttlMs milliseconds, as it was taken with
 * @returns the lease as it is now; null where it is another's
 */
export async function extendLease(
  { db, engine }: Pick<Store, 'db' | 'engine'>,
  lease: Lease,
  ttlMs: number,
  monotonic: () => number = () => performance.now(),
): Promise<Lease | null> {
  const until = monotonic() + ttlMs;
  const { rows } = await sql`${REPEATABLE}
    update "lease" set "until" = ${databaseNow(engine)} + cast(${ttlMs} as bigint)
    where "name" = ${lease.name} and "owner" = ${lease.owner} and "generation" = ${lease.generation}
      and "until" > 0
    returning "name"
  `.execute(db);
  return rows.length > 0 ? { ...lease, until } : null;
}

/**
 * How long a lease surely still holds, in milliseconds; below 0 once it may be another's. A holder looks before
 * each thing that must not be done twice: it may have been paused for any time.
 * @param now of the clock with which it was taken
 */
export function leaseLeftMs({ until }: Lease, now: number): number {
  return until - now;
}

/**
 * Gives the lease back. A holder whose time ran out changes nothing.
 * @returns whether it was still held
 */
export async function releaseLease({ db }: Store, lease: Lease): Promise<boolean> {
  const { rows } = await sql`${REPEATABLE}
    update "lease" set "until" = 0
    where "name" = ${lease.name} and "owner" = ${lease.owner} and "generation" = ${lease.generation}
      and "until" > 0
    returning "name"
  `
    .execute(db)
    .catch(givenBackLater(db, lease));
  return rows.length > 0;
}

/** A lease outlives none of these tries, a second apart. */
const LATER_TRIES = 60;

/**
 * For `catch`: where the database was silent, a lease may have been taken, or not given back, and nobody knows. Then it
 * is given back as soon as that can be done, so that nobody waits for its end.
 */
function givenBackLater(db: Store['db'], { name, owner }: Pick<Lease, 'name' | 'owner'>) {
  return (error: unknown): never => {
    if (databaseFault(error) !== null) void giveBack();
    throw error;
  };

  async function giveBack(): Promise<void> {
    for (let tries = 0; tries < LATER_TRIES; tries += 1) {
      await wait(1_000, undefined, { ref: false });
      const given = await sql`update "lease" set "until" = 0 where "name" = ${name} and "owner" = ${owner}`
        .execute(db)
        .then(
          () => true,
          () => false,
        );
      if (given) return;
    }
  }
}

/** Takes a lease away from all: the thing it guards is gone. */
export async function forgetLease({ db }: Store, name: string): Promise<void> {
  await sql`delete from "lease" where "name" = ${name}`.execute(db);
}
