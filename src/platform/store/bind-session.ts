import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import type { SessionRow } from './session-row.ts';

/**
 * Binds a session to the browser that opens its link first; later only that browser gets it.
 * @param at epoch milliseconds
 * @returns null when there is no such session, it has ended, or it is another browser's
 */
export async function bindSession(
  db: Db,
  { tokenHash, browserHash }: { tokenHash: string; browserHash: string },
  at: number,
): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow>`
    update "connect_session" set "browserHash" = ${browserHash}
    where "tokenHash" = ${tokenHash} and "expiresAt" > ${at}
      and ("browserHash" is null or "browserHash" = ${browserHash})
    returning "id", "targetId", "externalUserId", "calcomUserId", "apps", "returnUrl", "expiresAt"
  `.execute(db);
  return rows[0] ?? null;
}
