import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Which due times are moved. Times are epoch milliseconds. */
export interface Shift {
  readonly appSlug: string;
  readonly refreshClass: 0 | 1;
  /** Those that are due later than that. */
  readonly after: number;
  /** So much sooner, in milliseconds. */
  readonly ms: number;
  /** Those alone whose connection was last written later than that. */
  readonly writtenAfter: number;
}

const BATCH = 1_000;

/**
 * Makes refreshes of one app due sooner, some thousand at once, in the order in which they are due.
 * @returns where the next call goes on, as `after`; null when there is no more
 */
export async function shiftRefreshes(db: Db, shift: Shift): Promise<number | null> {
  const { appSlug, refreshClass, after, ms, writtenAfter } = shift;
  const due = sql`"appSlug" = ${appSlug} and "refreshClass" = ${refreshClass} and "refreshDueAt" > ${after}`;
  // By time, not by number: rows that are due at the same time are moved together.
  const { rows } = await sql<{ refreshDueAt: number }>`
    select "refreshDueAt" from "connection" where ${due} order by "refreshDueAt" limit 1 offset ${BATCH - 1}
  `.execute(db);
  const last = rows[0]?.refreshDueAt ?? null;
  await sql`
    update "connection" set "refreshDueAt" = "refreshDueAt" - cast(${ms} as bigint)
    where ${due} ${last === null ? sql`` : sql`and "refreshDueAt" <= ${last}`} and "updatedAt" > ${writtenAfter}
  `.execute(db);
  return last;
}

/** Lets what the providers refuse be probed so much sooner. @param by.ms milliseconds */
export async function shiftProbes(db: Db, { now, ms }: { now: number; ms: number }): Promise<void> {
  await sql`update "platform_app" set "probeAt" = "probeAt" - cast(${ms} as bigint) where "probeAt" > ${now}`.execute(
    db,
  );
}
