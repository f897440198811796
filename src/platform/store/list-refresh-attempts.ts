import { sql } from 'kysely';
import type { Db, RefreshAttemptTable } from '../tables.ts';

/** The attempts of a connection of which something may still come, the newest first. */
export async function listRefreshAttempts(db: Db, connectionId: string): Promise<RefreshAttemptTable[]> {
  const { rows } = await sql<RefreshAttemptTable>`
    select "id", "connectionId", "fence", "version", "beganAt", "sealedSent", "sealedAnswer", "fault",
      "sentBy"
    from "refresh_attempt" where "connectionId" = ${connectionId} order by "version" desc, "fence" desc
  `.execute(db);
  return rows;
}
