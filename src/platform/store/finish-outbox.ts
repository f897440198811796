import { sql } from 'kysely';
import type { Db, DeliveryState } from '../tables.ts';

/**
 * Gives a claim back with its outcome. A wish that was renewed meanwhile stays waiting; a claim that ran
 * out changes nothing.
 * @param at epoch milliseconds
 * @returns whether the outcome was written
 */
export async function finishOutbox(
  db: Db,
  finished: {
    id: number;
    generation: number;
    claimedBy: string;
    state: DeliveryState;
    dueAt: number;
    status: number | null;
    error: string | null;
    /** Whether its receiver did not take it, for now. */
    isFault: boolean;
  },
  at: number,
): Promise<boolean> {
  const same = sql`"generation" = ${finished.generation}`;
  const { rows } = await sql<{ generation: number }>`
    update "outbox"
    set "claimedBy" = null, "claimedUntil" = 0, "updatedAt" = cast(${at} as bigint),
      "state" = case when ${same} then ${finished.state} else "state" end,
      "dueAt" = case when ${same} then cast(${finished.dueAt} as bigint) else "dueAt" end,
      "faults" = case when ${same} then ${finished.isFault ? sql`"faults" + 1` : sql`0`} else "faults" end,
      "lastStatus" = case when ${same} then cast(${finished.status} as integer) else "lastStatus" end,
      "lastError" = case when ${same} then ${finished.error} else "lastError" end
    where "id" = ${finished.id} and "claimedBy" = ${finished.claimedBy}
    returning "generation"
  `.execute(db);
  return rows[0]?.generation === finished.generation;
}
