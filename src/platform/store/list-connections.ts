import { type RawBuilder, sql } from 'kysely';
import type { ConnectionStatus, Db } from '../tables.ts';
import { LISTED_COLUMNS, type ListedConnection } from './connection-row.ts';

export interface ConnectionFilter {
  readonly externalUserId?: string | undefined;
  readonly appSlug?: string | undefined;
  readonly status?: ConnectionStatus | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * Connections in the order of their ids. For those that are connected there is no index: `searchConnections` looks
 * through many.
 */
export async function listConnections(db: Db, filter: ConnectionFilter): Promise<ListedConnection[]> {
  const { status, limit } = filter;
  const wanted = [connectionsFrom(filter)];
  // The index of what is in trouble leaves out the others; said again, so that the planner sees it.
  if (status !== undefined) wanted.push(sql`"status" = ${status}`);
  if (status !== undefined && status !== 'connected') wanted.push(sql`"status" <> 'connected'`);
  const { rows } = await sql<ListedConnection>`
    select ${LISTED_COLUMNS} from "connection"
    where ${sql.join(wanted, sql` and `)} order by "id" limit ${limit}
  `.execute(db);
  return rows;
}

/** The condition of a filter, but for the status. */
export function connectionsFrom({ externalUserId, appSlug, after }: ConnectionFilter): RawBuilder<unknown> {
  const wanted = [sql`"id" > ${after ?? ''}`];
  if (externalUserId !== undefined) wanted.push(sql`"externalUserId" = ${externalUserId}`);
  if (appSlug !== undefined) wanted.push(sql`"appSlug" = ${appSlug}`);
  return sql.join(wanted, sql` and `);
}
