import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** The slugs that a session has connected. */
export async function listSessionDone(db: Db, sessionId: string): Promise<string[]> {
  const { rows } = await sql<{ appSlug: string }>`
    select "appSlug" from "connect_done" where "sessionId" = ${sessionId} order by "appSlug"
  `.execute(db);
  return rows.map(row => row.appSlug);
}
