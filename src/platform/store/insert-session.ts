import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import type { SessionRow } from './session-row.ts';

/** Opens a connect session. @param at epoch milliseconds */
export async function insertSession(
  db: Db,
  session: SessionRow & { tokenHash: string },
  at: number,
): Promise<void> {
  await sql`
    insert into "connect_session" ("id", "tokenHash", "targetId", "externalUserId", "calcomUserId", "apps",
      "returnUrl", "expiresAt", "createdAt")
    values (${session.id}, ${session.tokenHash}, ${session.targetId}, ${session.externalUserId},
      ${session.calcomUserId}, ${session.apps}, ${session.returnUrl}, ${session.expiresAt}, ${at})
  `.execute(db);
}
