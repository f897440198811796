import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Counts that a session tries something at a service.
 * @returns whether it may: false once it has tried `most` times
 */
export async function countTry(db: Db, sessionId: string, most: number): Promise<boolean> {
  const { rows } = await sql`
    update "connect_session" set "tries" = "tries" + 1 where "id" = ${sessionId} and "tries" < ${most}
    returning "tries"
  `.execute(db);
  return rows.length > 0;
}
