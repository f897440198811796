import { sql } from 'kysely';
import type { Db, DeliveryState, Topic } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

/** Wishes and how they went, latest change first. */
export async function listDeliveries(
  db: Db,
  filter: {
    state?: DeliveryState | undefined;
    topic?: Topic | undefined;
    connectionId?: string | undefined;
    limit: number;
  },
): Promise<OutboxRow[]> {
  const wanted = [sql`1 = 1`];
  if (filter.state !== undefined) wanted.push(sql`"state" = ${filter.state}`);
  if (filter.topic !== undefined) wanted.push(sql`"topic" = ${filter.topic}`);
  if (filter.connectionId !== undefined) wanted.push(sql`"connectionId" = ${filter.connectionId}`);
  const { rows } = await sql<OutboxRow>`
    select ${OUTBOX_COLUMNS} from "outbox" where ${sql.join(wanted, sql` and `)} order by "updatedAt" desc, "id" desc limit ${filter.limit}
  `.execute(db);
  return rows;
}
