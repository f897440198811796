import { sql } from 'kysely';
import { beginsWith, bytewise, type Store } from '../../lib/db/index.ts';
import type { ConnectionStatus } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';

export interface ConnectionSearch {
  /** How the host's name for its user begins. */
  readonly user: string;
  readonly appSlug?: string | undefined;
  readonly status?: ConnectionStatus | undefined;
  /** The last one of the page before. */
  readonly after: Pick<ConnectionRow, 'externalUserId' | 'id'> | null;
  readonly limit: number;
}

/** Connections of users whose name begins with a text, in the order of their users. */
export async function searchConnections(
  { db, engine }: Store,
  { user, appSlug, status, after, limit }: ConnectionSearch,
): Promise<ConnectionRow[]> {
  const column = bytewise(engine, 'externalUserId');
  const wanted = [beginsWith(engine, 'externalUserId', user)];
  if (appSlug !== undefined) wanted.push(sql`"appSlug" = ${appSlug}`);
  if (status !== undefined) wanted.push(sql`"status" = ${status}`);
  if (after) wanted.push(sql`(${column}, "id") > (${after.externalUserId}, ${after.id})`);
  const { rows } = await sql<ConnectionRow>`
    select ${CONNECTION_COLUMNS} from "connection" where ${sql.join(wanted, sql` and `)}
    order by ${column}, "id" limit ${limit}
  `.execute(db);
  return rows;
}
