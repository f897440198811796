import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { databaseNow, type Store } from './db/index.ts';

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
 * not matter.
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
  const { rows } = await sql<{ generation: number }>`
    insert into "lease" ("name", "owner", "generation", "until")
    values (${name}, ${owner}, 1, ${now} + cast(${ttlMs} as bigint))
    on conflict ("name") do update
    set "owner" = excluded."owner", "generation" = "lease"."generation" + 1, "until" = excluded."until"
    where "lease"."until" <= ${now}
    returning "generation"
  `.execute(db);
  const [row] = rows;
  return row ? { name, owner, generation: row.generation, until } : null;
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
  const { rows } = await sql`
    update "lease" set "until" = 0
    where "name" = ${lease.name} and "owner" = ${lease.owner} and "generation" = ${lease.generation}
      and "until" > 0
    returning "name"
  `.execute(db);
  return rows.length > 0;
}

/** Takes a lease away from all: the thing it guards is gone. */
export async function forgetLease({ db }: Store, name: string): Promise<void> {
  await sql`delete from "lease" where "name" = ${name}`.execute(db);
}
