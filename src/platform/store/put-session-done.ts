import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Notes that a session has connected an app. */
export async function putSessionDone(db: Db, sessionId: string, appSlug: string): Promise<void> {
  await sql`
    insert into "connect_done" ("sessionId", "appSlug") values (${sessionId}, ${appSlug}) on conflict do nothing
  `.execute(db);
}
