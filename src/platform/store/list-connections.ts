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
  const wanted = [sql`c."id" > ${filter.after ?? ''}`];
  if (filter.externalUserId !== undefined) wanted.push(sql`c."externalUserId" = ${filter.externalUserId}`);
  if (filter.appSlug !== undefined) wanted.push(sql`c."appSlug" = ${filter.appSlug}`);
  if (filter.status !== undefined) wanted.push(sql`c."status" = ${filter.status}`);
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection" c
    where ${sql.join(wanted, sql` and `)} order by c."id" limit ${filter.limit}
  `.execute(db);
  return rows;
}
