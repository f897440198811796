import { sql } from 'kysely';
import type { Db, DeliveryState } from '../tables.ts';
import type { OutboxRow } from './outbox-row.ts';

/** Wishes and how they went, latest change first. */
export async function listDeliveries(
  db: Db,
  filter: {
    state?: DeliveryState | undefined;
    connectionId?: string | undefined;
    limit: number;
  },
): Promise<OutboxRow[]> {
  const wanted = [sql`1 = 1`];
  if (filter.state !== undefined) wanted.push(sql`"state" = ${filter.state}`);
  if (filter.connectionId !== undefined) wanted.push(sql`"connectionId" = ${filter.connectionId}`);
  const { rows } = await sql<OutboxRow>`
    select "id", "topic", "targetId", "connectionId", "calcomUserId", "appSlug", "state", "generation",
      "attempts", "dueAt", "claimedBy", "lastStatus", "lastError", "createdAt", "updatedAt"
    from "outbox" where ${sql.join(wanted, sql` and `)} order by "updatedAt" desc, "id" desc limit ${filter.limit}
  `.execute(db);
  return rows;
}
