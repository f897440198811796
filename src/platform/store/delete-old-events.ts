import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Deletes the oldest events from before then, at most a thousand at once. @returns how many */
export async function deleteOldEvents(db: Db, before: number): Promise<number> {
  const { rows } = await sql`
    delete from "platform_event" where "id" in (
      select "id" from "platform_event" where "at" < ${before} order by "at" limit 1000)
    returning "id"
  `.execute(db);
  return rows.length;
}
