import { sql } from 'kysely';
import type { Db, DeliveryState, Topic } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly topic?: Topic | undefined;
  readonly connectionId?: string | undefined;
  /** The last one of the page before. */
  readonly after?: Pick<OutboxRow, 'updatedAt' | 'id'> | null;
  readonly limit: number;
}

/** Wishes and how they went, latest change first. */
export async function listDeliveries(
  db: Db,
  { state, topic, connectionId, after = null, limit }: DeliveryFilter,
): Promise<OutboxRow[]> {
  const wanted = [sql`1 = 1`];
  if (state !== undefined) wanted.push(sql`"state" = ${state}`);
  if (topic !== undefined) wanted.push(sql`"topic" = ${topic}`);
  if (connectionId !== undefined) wanted.push(sql`"connectionId" = ${connectionId}`);
  if (after) wanted.push(sql`("updatedAt", "id") < (${after.updatedAt}, ${after.id})`);
  const { rows } = await sql<OutboxRow>`
    select ${OUTBOX_COLUMNS}
    from "outbox" where ${sql.join(wanted, sql` and `)} order by "updatedAt" desc, "id" desc limit ${limit}
  `.execute(db);
  return rows;
}
