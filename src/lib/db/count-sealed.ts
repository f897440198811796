import { sql } from 'kysely';
import type { Keyring } from '../sealed-box.ts';
import type { Store } from './open.ts';

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
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

/** How far a rotation of the sealing keys is: an old key may go when it has sealed nothing any more. Reads every row. */
export async function countSealed(
  { db, engine }: Store,
  ring: Keyring,
  columns: readonly SealedColumn[],
): Promise<SealedCount[]> {
  const counts = new Map([...ring.keys.keys()].map(id => [id, 0]));
  for (const { table, column } of columns) {
    const box = sql.ref(column);
    const id =
      engine === 'postgres'
        ? sql`split_part(${box}, '.', 1)`
        : sql`substr(${box}, 1, instr(${box}, '.') - 1)`;
    const { rows } = await sql<{ id: string; values: number | string }>`
      select ${id} as "id", count(*) as "values" from ${sql.table(table)} where ${box} is not null group by 1
    `.execute(db);
    for (const row of rows) counts.set(row.id, (counts.get(row.id) ?? 0) + Number(row.values));
  }
  return [...counts].map(([id, values]) => ({
    id,
    seals: id === ring.sealWith,
    known: ring.keys.has(id),
    values,
  }));
}
