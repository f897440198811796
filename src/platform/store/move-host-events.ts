import { sql } from 'kysely';
import type { Db, DeliveryState } from '../tables.ts';

/**
 * Moves what is behind an event that was sent, in the transaction that notes how that went. Behind one that waits
 * again nothing is due before it, so that a claim need not look at what it may not take; behind one that is
 * done or stopped the next is due at once, unless it was tried itself.
 * @param ended.dueAt when it is sent again, in epoch milliseconds
 * @param at epoch milliseconds
 */
export async function moveHostEvents(
  db: Db,
  ended: { id: number; connectionId: string; state: DeliveryState; dueAt: number },
  at: number,
): Promise<void> {
  const { id, connectionId, state, dueAt } = ended;
  const waiting = sql`"connectionId" = ${connectionId} and "topic" = 'host.event' and "state" = 'waiting'`;
  if (state === 'waiting') {
    await sql`update "outbox" set "dueAt" = cast(${dueAt} as bigint), "updatedAt" = cast(${at} as bigint)
      where ${waiting} and "id" > ${id} and "dueAt" < ${dueAt}`.execute(db);
    return;
  }
  await sql`update "outbox" set "dueAt" = cast(${at} as bigint)
    where "id" = (select min("id") from "outbox" where ${waiting}) and "attempts" = 0 and "dueAt" > ${at}`.execute(
    db,
  );
}
