import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Notes that an instance uses a connection: it is refreshed before those that nobody uses. @param at epoch milliseconds */
export async function noteUse(db: Db, id: string, at: number): Promise<void> {
  await sql`
    update "connection" set "usedAt" = cast(${at} as bigint), "refreshClass" = 0 where "id" = ${id}
  `.execute(db);
}
