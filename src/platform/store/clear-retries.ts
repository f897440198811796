import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Lets the failing connections of an app be tried again at once. @param at epoch milliseconds */
export async function clearRetries(db: Db, appSlug: string, at: number): Promise<void> {
  await sql`
    update "connection" set "retryAt" = 0, "failures" = 0, "refreshDueAt" = cast(${at} as bigint)
    where "appSlug" = ${appSlug} and "status" = 'failing'
  `.execute(db);
}
