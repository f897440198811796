import { type RawBuilder, sql } from 'kysely';
import { type Db, DELIVERY_STATES, type DeliveryState, type Topic } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly topic?: Topic | undefined;
  readonly connectionId?: string | undefined;
  /** The last one of the page before. */
  readonly after?: Pick<OutboxRow, 'updatedAt' | 'id'> | null;
  readonly limit: number;
}

/** Wishes and how they went, latest change first. */
export async function listDeliveries(
  db: Db,
  { state, topic, connectionId, after = null, limit }: DeliveryFilter,
): Promise<OutboxRow[]> {
  const wanted = [sql`1 = 1`];
  if (topic !== undefined) wanted.push(sql`"topic" = ${topic}`);
  if (connectionId !== undefined) wanted.push(sql`"connectionId" = ${connectionId}`);
  if (after) wanted.push(sql`("updatedAt", "id") < (${after.updatedAt}, ${after.id})`);
  const latest = (also: RawBuilder<unknown>[]) => sql`
    select ${OUTBOX_COLUMNS} from "outbox" where ${sql.join([...also, ...wanted], sql` and `)}
    order by "updatedAt" desc, "id" desc limit ${limit}`;
  const statement =
    state === undefined && connectionId === undefined
      ? latestOfEach(of => latest([sql`"state" = ${of}`]), limit)
      : latest(state === undefined ? [] : [sql`"state" = ${state}`]);
  return (await statement.execute(db)).rows as OutboxRow[];
}

/** The index has an order within each state; the latest of all are among the latest of each. */
function latestOfEach(
  latest: (state: DeliveryState) => RawBuilder<unknown>,
  limit: number,
): RawBuilder<unknown> {
  const each = DELIVERY_STATES.map(state => sql`select * from (${latest(state)}) as ${sql.id(state)}`);
  return sql`${sql.join(each, sql` union all `)} order by "updatedAt" desc, "id" desc limit ${limit}`;
}
