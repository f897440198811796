import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Makes due what a clock that was ahead has put off: a delivery that was last written later than now waits as long as it
 * was to wait from then on, a minute at most. Found in the index of what changed last.
 * @param ahead.now epoch milliseconds
 * @param ahead.toleranceMs by so much the clocks of several processes may differ
 * @returns how many
 */
export async function pullBackDeliveries(
  db: Db,
  { now, toleranceMs, longestMs }: { now: number; toleranceMs: number; longestMs: number },
): Promise<number> {
  const wait = sql`"dueAt" - "updatedAt"`;
  const { rows } = await sql`
    update "outbox"
    set "dueAt" = cast(${now} as bigint) + case
        when ${wait} <= 0 then 0 when ${wait} < ${longestMs} then ${wait} else cast(${longestMs} as bigint) end,
      "updatedAt" = cast(${now} as bigint)
    where "state" = 'waiting' and "updatedAt" > ${now + toleranceMs}
    returning "id"
  `.execute(db);
  return rows.length;
}

/** Makes everything that waits due so much sooner. @param by.ms how far a clock was set back, in milliseconds */
export async function shiftDeliveries(db: Db, { now, ms }: { now: number; ms: number }): Promise<void> {
  await sql`
    update "outbox" set "dueAt" = "dueAt" - cast(${ms} as bigint) where "state" = 'waiting' and "dueAt" > ${now}
  `.execute(db);
}
