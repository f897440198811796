import { type RawBuilder, sql } from 'kysely';
import type { Store } from './open.ts';
import { scan } from './scans.ts';

/** So many rows are looked through for a page. */
export const LOOKED_AT = 20_000;

export interface Look<Row> {
  /** The rows in whose order an index lies, from where the page begins: `"users" where "id" > 7`. */
  readonly from: RawBuilder<unknown>;
  /** Their columns, as far as they are needed. */
  readonly columns: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
  /** The columns that say where a row stands in that order. */
  readonly place: RawBuilder<unknown>;
  /** Which of them are wanted; a column is named without its table. */
  readonly where: RawBuilder<unknown>;
  readonly limit: number;
  /** The select over those that were looked through; left out: as they are. */
  readonly select?: (stretch: RawBuilder<unknown>) => RawBuilder<Row>;
}

/**
 * A page of rows for which there is no index: a stretch of an ordered table is looked through. Few rows may be found in
 * it, or none, where many more follow.
 * @returns the rows, and where the stretch ended; null: after the last row, or the page was full before
 */
export async function lookThrough<Row, Place>(
  store: Store,
  { from, columns, order, place, where, limit, select = all }: Look<Row>,
): Promise<{ rows: Row[]; end: Place | null }> {
  const stretch = sql`(select ${columns} from ${from} order by ${order} limit ${sql.lit(LOOKED_AT)})`;
  const rows = await scan<Row>(
    store,
    sql`${select(stretch)} where ${where} order by ${order} limit ${limit}`,
  );
  if (rows.length === limit) return { rows, end: null };
  const [end] = await scan<Place>(
    store,
    sql`select ${place} from ${from} order by ${order} limit 1 offset ${sql.lit(LOOKED_AT - 1)}`,
  );
  return { rows, end: end ?? null };
}

function all<Row>(stretch: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`select * from ${stretch} as "stretch"`;
}
