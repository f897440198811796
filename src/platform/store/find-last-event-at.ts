import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** The latest time that any process has written down, in epoch milliseconds; 0 where there is none. */
export async function findLastEventAt(db: Db): Promise<number> {
  const { rows } = await sql<{ at: number }>`
    select "at" from "platform_event" order by "at" desc limit 1`.execute(db);
  return rows[0]?.at ?? 0;
}
