import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Deletes sessions that ended before then, with their attempts, at most 200 at once. @returns how many */
export async function deleteOldSessions(db: Db, before: number): Promise<number> {
  const { rows } = await sql`
    delete from "connect_session" where "id" in (
      select "id" from "connect_session" where "expiresAt" < ${before} order by "expiresAt" limit 200)
    returning "id"
  `.execute(db);
  return rows.length;
}
