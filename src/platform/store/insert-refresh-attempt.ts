import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Notes that a refresh is about to be sent.
 * @param attempt.fence the generation of its lease
 * @param at epoch milliseconds
 */
export async function insertRefreshAttempt(
  db: Db,
  attempt: { id: string; connectionId: string; fence: number; version: number; sealedSent: string },
  at: number,
): Promise<void> {
  const { id, connectionId, fence, version, sealedSent } = attempt;
  await sql`
    insert into "refresh_attempt" ("id", "connectionId", "fence", "version", "sealedSent", "beganAt")
    values (${id}, ${connectionId}, ${fence}, ${version}, ${sealedSent}, ${at})
  `.execute(db);
}
