import { sql } from 'kysely';
import { type Store, scan } from '../../lib/db/index.ts';
import type { ConnectionStatus, DeliveryState } from '../tables.ts';

/** How many connections of an app have a status. */
export interface ConnectionCount {
  readonly appSlug: string;
  readonly status: ConnectionStatus;
  readonly count: number;
}

/**
 * How many connections of each app have which status, counted in two indexes: those that are connected are what is
 * left of all.
 */
export async function countConnections(store: Store): Promise<ConnectionCount[]> {
  const rows = await scan(
    store,
    sql<Untyped<ConnectionCount>>`
      select "appSlug", 'connected' as "status", count(*) as "count" from "connection" group by "appSlug"
      union all
      select "appSlug", "status", count(*) as "count" from "connection" where "status" <> 'connected'
      group by "appSlug", "status"`,
  );
  const counts = rows.map(row => ({ ...row, count: Number(row.count) }));
  return counts.map(row => {
    if (row.status !== 'connected') return row;
    const others = counts.filter(other => other.appSlug === row.appSlug && other !== row);
    return { ...row, count: others.reduce((left, { count }) => left - count, row.count) };
  });
}

/** How many deliveries to a target are in a state that somebody has to look at. */
export interface DeliveryCount {
  /** `host`: the host's webhook. */
  readonly targetId: string;
  readonly state: Exclude<DeliveryState, 'done'>;
  readonly count: number;
}

/** How many deliveries to each target wait or were stopped. */
export async function countDeliveries(store: Store): Promise<DeliveryCount[]> {
  const rows = await scan(
    store,
    sql<Untyped<DeliveryCount>>`
      select "targetId", "state", count(*) as "count" from "outbox" where "state" in ('waiting', 'stopped')
      group by "targetId", "state"`,
  );
  return rows.map(row => ({ ...row, count: Number(row.count) }));
}

/** PostgreSQL counts in bigint, which arrives as a number or as a text. */
type Untyped<Count> = Omit<Count, 'count'> & { readonly count: number | string };
