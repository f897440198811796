import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Notes that a refresh is forced, unless another one was within a pause: one compare, so that it holds over all
 * processes and restarts. A time that lies ahead is a clock's that was put back since, and keeps nobody waiting.
 * @param pauseMs milliseconds
 * @param at epoch milliseconds
 * @returns whether it may be done
 */
export async function claimForced(
  db: Db,
  { id, pauseMs, at }: { readonly id: string; readonly pauseMs: number; readonly at: number },
): Promise<boolean> {
  const { rows } = await sql`
    update "connection" set "forcedAt" = cast(${at} as bigint)
    where "id" = ${id} and ("forcedAt" is null or "forcedAt" <= ${at - pauseMs} or "forcedAt" > ${at})
    returning "id"`.execute(db);
  return rows.length > 0;
}
