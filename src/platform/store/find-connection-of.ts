import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';

/** By whose it is. */
export async function findConnectionOf(
  db: Db,
  of: { externalUserId: string; appSlug: string; account: string },
): Promise<ConnectionRow | null> {
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection"
    where "externalUserId" = ${of.externalUserId} and "appSlug" = ${of.appSlug} and "account" = ${of.account}
  `.execute(db);
  return rows[0] ?? null;
}
