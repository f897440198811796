import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';

/** By its id. */
export async function findConnection(db: Db, id: string): Promise<ConnectionRow | null> {
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection" where "id" = ${id}
  `.execute(db);
  return rows[0] ?? null;
}
