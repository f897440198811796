import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Keyring } from '../sealed-box.ts';
import type { Engine, Store } from './open.ts';
import { scan } from './scans.ts';

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The column that the rows are told apart by. */
  readonly key: string;
}

export interface SealedCount {
  /** The id of a key. */
  readonly id: string;
  /** Whether it seals what is stored now. */
  readonly seals: boolean;
  /** Whether the keyring has it: what an unknown one has sealed cannot be opened. */
  readonly known: boolean;
  /** How many stored values it has sealed. */
  readonly values: number;
}

/** So many rows are read by one statement: it takes a tenth of a second, and others have their turn. */
const AT_ONCE = 20_000;

/**
 * How far a rotation of the sealing keys is: an old key may go when it has sealed nothing any more. Reads every row,
 * where that holds up nothing.
 * @throws KeyferryError busy
 */
export async function countSealed(
  store: Store,
  ring: Keyring,
  columns: readonly SealedColumn[],
): Promise<SealedCount[]> {
  const counts = new Map([...ring.keys.keys()].map(id => [id, 0]));
  for (const column of columns) {
    for (let after: Place | null = null; ; await nextTurn()) {
      const rows: Counted[] = await scan(store, statement(store.engine, column, after));
      for (const { id, values } of rows) {
        if (id !== null) counts.set(id, (counts.get(id) ?? 0) + Number(values));
      }
      after = rows[0]?.last ?? null;
      if (rows.reduce((read, { values }) => read + Number(values), 0) < AT_ONCE) break;
    }
  }
  return [...counts].map(([id, values]) => ({
    id,
    seals: id === ring.sealWith,
    known: ring.keys.has(id),
    values,
  }));
}

/** How many there are in all. */
export function sealedValues(counts: readonly SealedCount[]): number {
  return counts.reduce((all, { values }) => all + values, 0);
}

type Place = string | number;

interface Counted {
  /** Null of the rows that have none. */
  readonly id: string | null;
  readonly values: number | string;
  readonly last: Place;
}

/** Counts a stretch of a table, in the order in which it lies there (SQLite), or that of its key. */
function statement(engine: Engine, { table, column, key }: SealedColumn, after: Place | null) {
  const place = engine === 'postgres' ? sql.ref(key) : sql`rowid`;
  const box = sql.ref(column);
  const id =
    engine === 'postgres' ? sql`split_part(${box}, '.', 1)` : sql`substr(${box}, 1, instr(${box}, '.') - 1)`;
  const from = after === null ? sql`` : sql`where ${place} > ${after}`;
  return sql<Counted>`
    with stretch as materialized (
      select ${place} as "place", ${id} as "id" from ${sql.table(table)} ${from} order by ${place} limit ${sql.lit(AT_ONCE)})
    select "id", count(*) as "values", (select max("place") from stretch) as "last" from stretch group by "id"`;
}
