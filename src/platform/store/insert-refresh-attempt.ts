import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Notes that a refresh is about to be sent.
 * @param attempt.fence the generation of its lease
 * @param attempt.sentBy the process that sends it
 * @param at epoch milliseconds
 */
export async function insertRefreshAttempt(
  db: Db,
  attempt: {
    id: string;
    connectionId: string;
    fence: number;
    version: number;
    sealedSent: string;
    sentBy?: string;
  },
  at: number,
): Promise<void> {
  const { id, connectionId, fence, version, sealedSent, sentBy = null } = attempt;
  await sql`
    insert into "refresh_attempt" ("id", "connectionId", "fence", "version", "sealedSent", "beganAt", "sentBy")
    values (${id}, ${connectionId}, ${fence}, ${version}, ${sealedSent}, ${at}, ${sentBy})
  `.execute(db);
}
