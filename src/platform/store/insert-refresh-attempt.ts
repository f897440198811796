import { sql } from 'kysely';
import { KeyferryError } from '../../protocol/index.ts';
import type { Db } from '../tables.ts';
import { isMissingParent } from './write-conflict.ts';

/**
 * Notes that a refresh is about to be sent.
 * @throws KeyferryError connection_not_found: it was disconnected meanwhile
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
  const insert = sql`
    insert into "refresh_attempt" ("id", "connectionId", "fence", "version", "sealedSent", "beganAt", "sentBy")
    values (${id}, ${connectionId}, ${fence}, ${version}, ${sealedSent}, ${at}, ${sentBy})
  `;
  try {
    await insert.execute(db);
  } catch (error) {
    if (!isMissingParent(error)) throw error;
    throw new KeyferryError('connection_not_found', 'The connection was disconnected meanwhile.', {
      cause: error,
    });
  }
}
