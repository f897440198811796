import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

/** By its id. */
export async function findDelivery(db: Db, id: number): Promise<OutboxRow | null> {
  const { rows } = await sql<OutboxRow>`
    select ${OUTBOX_COLUMNS} from "outbox" where "id" = ${id}
  `.execute(db);
  return rows[0] ?? null;
}
