import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import { ANEW } from './anew.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

/**
 * Makes a delivery that was stopped, or waits, due at once.
 * @param at epoch milliseconds
 * @returns null when there is no such delivery, or it is done
 */
export async function retryDelivery(db: Db, id: number, at: number): Promise<OutboxRow | null> {
  const { rows } = await sql<OutboxRow>`
    update "outbox" set ${ANEW(at)} where "id" = ${id} and "state" <> 'done' returning ${OUTBOX_COLUMNS}
  `.execute(db);
  return rows[0] ?? null;
}
