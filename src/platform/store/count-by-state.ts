import { sql } from 'kysely';
import type { ConnectionStatus, Db, DeliveryState } from '../tables.ts';

type Counts<State extends string> = Readonly<Record<State, number>>;

/** How many connections are in each state, counted in the index. */
export async function countConnections(db: Db): Promise<Counts<ConnectionStatus>> {
  const { rows } = await sql<Count<ConnectionStatus>>`
    select "status" as "state", count(*) as "count" from "connection" group by "status"`.execute(db);
  return { connected: 0, failing: 0, needs_reconnect: 0, ...asRecord(rows) };
}

/** How many deliveries are in each state that somebody has to look at, counted in the index; of one target or of all. */
export async function countDeliveries(
  db: Db,
  targetId: string | null = null,
): Promise<Counts<Exclude<DeliveryState, 'done'>>> {
  const { rows } = await sql<Count<Exclude<DeliveryState, 'done'>>>`
    select "state", count(*) as "count" from "outbox" where "state" in ('waiting', 'stopped')
      ${targetId === null ? sql`` : sql`and "targetId" = ${targetId}`}
    group by "state"`.execute(db);
  return { waiting: 0, stopped: 0, ...asRecord(rows) };
}

interface Count<State extends string> {
  readonly state: State;
  /** PostgreSQL counts in bigint, which arrives as a number or as a text. */
  readonly count: number | string;
}

function asRecord<State extends string>(rows: readonly Count<State>[]): Partial<Record<State, number>> {
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])) as Partial<
    Record<State, number>
  >;
}
