import { sql } from 'kysely';
import type { ConnectionStatus, Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';

export interface ConnectionFilter {
  readonly externalUserId?: string | undefined;
  readonly appSlug?: string | undefined;
  readonly status?: ConnectionStatus | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Connections in the order of their ids. */
export async function listConnections(db: Db, filter: ConnectionFilter): Promise<ConnectionRow[]> {
  const wanted = [sql`"id" > ${filter.after ?? ''}`];
  if (filter.externalUserId !== undefined) wanted.push(sql`"externalUserId" = ${filter.externalUserId}`);
  if (filter.appSlug !== undefined) wanted.push(sql`"appSlug" = ${filter.appSlug}`);
  if (filter.status !== undefined) wanted.push(sql`"status" = ${filter.status}`);
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection"
    where ${sql.join(wanted, sql` and `)} order by "id" limit ${filter.limit}
  `.execute(db);
  return rows;
}
