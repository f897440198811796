import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';

/** By whose it is. @param locks what is appended, where nobody may write it until the transaction ends */
export async function findConnectionOf(
  db: Db,
  of: { externalUserId: string; appSlug: string; account: string },
  locks: RawBuilder<unknown> = sql``,
): Promise<ConnectionRow | null> {
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection"
    where "externalUserId" = ${of.externalUserId} and "appSlug" = ${of.appSlug} and "account" = ${of.account} ${locks}
  `.execute(db);
  return rows[0] ?? null;
}
