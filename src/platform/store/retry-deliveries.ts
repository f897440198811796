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

/**
 * Makes stopped deliveries due, at most a thousand, in the order of their ids.
 * @param of.targetId of one target, `host` for the host's webhook; null: of all
 * @param of.after the last id of the thousand before
 * @param at epoch milliseconds
 * @returns their ids
 */
export async function retryStopped(
  db: Db,
  { targetId, after }: { targetId: string | null; after: number },
  at: number,
): Promise<number[]> {
  const one = targetId === null ? sql`` : sql`and "targetId" = ${targetId}`;
  const { rows } = await sql<{ id: number }>`
    update "outbox" set ${ANEW(at)}
    where "id" in (
      select "id" from "outbox" where "state" = 'stopped' and "id" > ${after} ${one} order by "id" limit 1000)
    returning "id"
  `.execute(db);
  return rows.map(({ id }) => id);
}
