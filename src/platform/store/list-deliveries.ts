import { type RawBuilder, sql } from 'kysely';
import { lookThrough, type Store } from '../../lib/db/index.ts';
import { type Db, DELIVERY_STATES, type DeliveryState, type Topic } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly topic?: Topic | undefined;
  /** The last one of the page before. */
  readonly after?: DeliveryPlace | null;
  readonly limit: number;
}

/** Where a list of deliveries goes on. */
export type DeliveryPlace = Pick<OutboxRow, 'updatedAt' | 'id'>;

export interface DeliveryPage {
  readonly deliveries: OutboxRow[];
  /** Null: there are no more. */
  readonly next: DeliveryPlace | null;
}

const LATEST_FIRST = sql`"updatedAt" desc, "id" desc`;

/**
 * Deliveries and how they went, latest change first. The index has an order within each state; the latest of all are
 * among the latest of each. A page of one topic may be short, or empty, where more follow.
 */
export async function listDeliveries(
  store: Store,
  { state, topic, after = null, limit }: DeliveryFilter,
): Promise<DeliveryPage> {
  const before = after ? sql`("updatedAt", "id") < (${after.updatedAt}, ${after.id})` : sql`1 = 1`;
  const states = state === undefined ? DELIVERY_STATES : [state];
  const looks = await Promise.all(
    states.map(async of => {
      const from = sql`"outbox" where "state" = ${of} and ${before}`;
      // Without a topic each row counts: nothing is looked through.
      if (topic === undefined) return { rows: await latest(store.db, from, limit + 1), end: null };
      return lookThrough<OutboxRow, DeliveryPlace>(store, {
        ...{ from, columns: OUTBOX_COLUMNS, order: LATEST_FIRST, limit: limit + 1 },
        place: sql`"updatedAt", "id"`,
        where: sql`"topic" = ${topic}`,
      });
    }),
  );
  const found = looks.flatMap(({ rows }) => rows).toSorted(laterFirst);
  // Beyond where the first of them ended, others may have rows that are not known yet.
  const [end = null] = looks.flatMap(look => look.end ?? []).toSorted(laterFirst);
  const known = end === null ? found : found.filter(row => laterFirst(row, end) <= 0);
  const deliveries = known.slice(0, limit);
  return { deliveries, next: known.length > limit ? (deliveries.at(-1) ?? null) : end };
}

/** The deliveries of one connection, latest change first. */
export function listDeliveriesOf(db: Db, connectionId: string, limit: number): Promise<OutboxRow[]> {
  return latest(db, sql`"outbox" where "connectionId" = ${connectionId}`, limit);
}

async function latest(db: Db, from: RawBuilder<unknown>, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select ${OUTBOX_COLUMNS} from ${from} order by ${LATEST_FIRST} limit ${limit}`.execute(db);
  return rows;
}

function laterFirst(one: DeliveryPlace, other: DeliveryPlace): number {
  return other.updatedAt - one.updatedAt || other.id - one.id;
}
