import { sql } from 'kysely';
import { beginsWith, bytewise, lookThrough, type Store } from '../../lib/db/index.ts';
import { type ConnectionRow, LISTED_COLUMNS, type ListedConnection } from './connection-row.ts';
import { type ConnectionFilter, connectionsFrom, listConnections } from './list-connections.ts';

export interface ConnectionSearch extends Omit<ConnectionFilter, 'after'> {
  /** How the host's name for its user begins; the order is that of the users then. */
  readonly user?: string | undefined;
  readonly after: ConnectionPlace | null;
}

/** Where a list of connections goes on. */
export type ConnectionPlace = Pick<ConnectionRow, 'externalUserId' | 'id'>;

export interface ConnectionPage {
  readonly connections: ListedConnection[];
  /** Null: there are no more. */
  readonly next: ConnectionPlace | null;
}

/**
 * A page of connections, in the order of their ids or of their users. Where a filter has no index, a page may be short,
 * or empty, where more follow.
 */
export async function searchConnections(store: Store, search: ConnectionSearch): Promise<ConnectionPage> {
  const { user, limit, ...filter } = search;
  const { appSlug, status, after } = filter;
  if (user !== undefined) return byUser(store, { ...search, user });
  if (status === 'connected' && filter.externalUserId === undefined) {
    const from = connectionsFrom({ ...filter, limit, after: after?.id });
    return paged(store, { from, order: sql`"id"`, where: sql`"status" = 'connected'`, limit });
  }
  const listing = { externalUserId: filter.externalUserId, appSlug, status };
  const found = await listConnections(store.db, { ...listing, after: after?.id, limit: limit + 1 });
  const connections = found.slice(0, limit);
  return { connections, next: found.length > limit ? (connections.at(-1) ?? null) : null };
}

/** Those of users whose name begins with a text, in the order of the users. */
function byUser(
  store: Store,
  { user, externalUserId, appSlug, status, after, limit }: ConnectionSearch & { readonly user: string },
): Promise<ConnectionPage> {
  const column = bytewise(store.engine, 'externalUserId');
  const begin = after === null ? sql`` : sql`and (${column}, "id") > (${after.externalUserId}, ${after.id})`;
  const wanted = [sql`1 = 1`];
  if (externalUserId !== undefined) wanted.push(sql`"externalUserId" = ${externalUserId}`);
  if (appSlug !== undefined) wanted.push(sql`"appSlug" = ${appSlug}`);
  if (status !== undefined) wanted.push(sql`"status" = ${status}`);
  return paged(store, {
    from: sql`${beginsWith(store.engine, 'externalUserId', user)} ${begin}`,
    order: sql`${column}, "id"`,
    where: sql.join(wanted, sql` and `),
    limit,
  });
}

async function paged(
  store: Store,
  { from, ...page }: Pick<Parameters<typeof lookThrough>[1], 'from' | 'order' | 'where' | 'limit'>,
): Promise<ConnectionPage> {
  const { rows, end } = await lookThrough<ListedConnection, ConnectionPlace>(store, {
    from: sql`"connection" where ${from}`,
    columns: LISTED_COLUMNS,
    place: sql`"externalUserId", "id"`,
    ...page,
  });
  return { connections: rows, next: rows.length === page.limit ? (rows.at(-1) ?? null) : end };
}
