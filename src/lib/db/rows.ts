import { type RawBuilder, sql } from 'kysely';
import type { Engine, Store } from './open.ts';

/** The SQL types that both engines read alike out of JSON. */
export type ColumnType = 'integer' | 'bigint' | 'text';

/**
 * Records as a source for `from`, carried by one JSON parameter: the statement is the same for one row and
 * for a hundred, so it is planned once.
 */
export function jsonRows<Row>(
  engine: Engine,
  rows: readonly Row[],
  columns: Readonly<Record<string, ColumnType>>,
): RawBuilder<Row> {
  const fields = Object.entries(columns).map(
    ([name, type]) => sql`cast(value->>${sql.lit(name)} as ${sql.raw(type)}) as ${sql.ref(name)}`,
  );
  const json = JSON.stringify(rows);
  const source =
    engine === 'postgres'
      ? sql`jsonb_array_elements(cast(${json} as jsonb)) as t(value)`
      : sql`json_each(${json})`;
  return sql<Row>`(select ${sql.join(fields)} from ${source})`;
}

export interface Writing<Row> {
  /** A statement that writes and returns. */
  readonly write: RawBuilder<Row>;
  /** What it returns. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** A second write that selects from what the first returned. */
  readonly followUp: (written: RawBuilder<Row>) => RawBuilder<unknown>;
}

/**
 * Two writes in one commit, the second fed by the first: one round trip on PostgreSQL, one transaction
 * on SQLite.
 * @returns what the first write returned
 */
export async function writeThen<Row>(
  { db, engine }: Store,
  { write, columns, followUp }: Writing<Row>,
): Promise<Row[]> {
  if (engine === 'postgres') {
    const second = followUp(sql<Row>`written`);
    const both = sql<Row>`with written as (${write}), followed as (${second}) select * from written`;
    return (await both.execute(db)).rows;
  }
  return db.transaction().execute(async trx => {
    const { rows } = await write.execute(trx);
    if (rows.length > 0) await followUp(jsonRows(engine, rows, columns)).execute(trx);
    return rows;
  });
}

/** The database's own clock in epoch milliseconds: for what several processes compare, whatever their clocks say. */
export function databaseNow(engine: Engine): RawBuilder<number> {
  return engine === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`cast(unixepoch('subsec') * 1000 as bigint)`;
}

/** Lets a claim pass over rows that another process is claiming. SQLite has one writer and needs nothing. */
export function skipLocked(engine: Engine): RawBuilder<unknown> {
  return engine === 'postgres' ? sql`for update skip locked` : sql``;
}
