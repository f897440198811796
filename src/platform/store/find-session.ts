import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import type { SessionRow } from './session-row.ts';

/**
 * A session that this browser has opened, by its id.
 * @param at epoch milliseconds
 */
export async function findSession(
  db: Db,
  { id, browserHash }: { id: string; browserHash: string },
  at: number,
): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow>`
    select "id", "targetId", "externalUserId", "calcomUserId", "apps", "returnUrl", "expiresAt"
    from "connect_session"
    where "id" = ${id} and "browserHash" = ${browserHash} and "expiresAt" > ${at}
  `.execute(db);
  return rows[0] ?? null;
}
