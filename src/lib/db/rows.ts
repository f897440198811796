import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Engine, Store } from './open.ts';

/** The SQL types that both engines read alike out of JSON. */
export type ColumnType = 'integer' | 'bigint' | 'text';
export type Columns<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

/**
 * Records as a source for `from`, carried by one JSON parameter: the statement is the same for one row and
 * for a hundred, so it is planned once.
 */
export function jsonRows<Row>(engine: Engine, json: string, columns: Columns<Row>): RawBuilder<Row> {
  const fields = Object.entries<ColumnType>(columns).map(
    ([name, type]) => sql`cast(value->>${sql.lit(name)} as ${sql.raw(type)}) as ${sql.ref(name)}`,
  );
  const source =
    engine === 'postgres'
      ? sql`jsonb_array_elements(cast(${json} as jsonb)) as t(value)`
      : sql`json_each(${json})`;
  return sql<Row>`(select ${sql.join(fields)} from ${source})`;
}

export interface Writing<Input, Written> {
  readonly input: Columns<Input>;
  /** A statement that writes the input rows and returns. It takes no other parameter. */
  readonly write: (input: RawBuilder<Input>) => RawBuilder<Written>;
  /** What it returns. */
  readonly written: Columns<Written>;
  /** A second write, of what the first returned. */
  readonly followUp: (written: RawBuilder<Written>) => RawBuilder<unknown>;
}

/**
 * Two writes in one commit, the second fed by the first: one round trip on PostgreSQL, one transaction
 * on SQLite. Both are compiled once, whatever number of rows they get.
 * @returns a function that writes rows and gives what the first write returned
 */
export function writing<Input, Written>(
  statement: Writing<Input, Written>,
): (store: Store, rows: readonly Input[]) => Promise<Written[]> {
  const texts: Partial<Record<Engine, readonly string[]>> = {};
  return async function write(store, rows) {
    const compiled = texts[store.engine] ?? compile(store, statement);
    texts[store.engine] = compiled;
    const [first = '', second = ''] = compiled;
    const json = JSON.stringify(rows);
    if (store.sqlite === null) {
      return (await store.db.executeQuery<Written>(CompiledQuery.raw(first, [json]))).rows;
    }
    const { sqlite } = store;
    // Inside connection() nobody else's transaction is open on it. Without an await between, one turn does all.
    return store.db.connection().execute(async () => {
      sqlite.prepare('begin').run([]);
      try {
        const written = sqlite.prepare(first).all([json]) as Written[];
        if (written.length > 0) sqlite.prepare(second).run([JSON.stringify(written)]);
        sqlite.prepare('commit').run([]);
        return written;
      } catch (error) {
        sqlite.prepare('rollback').run([]);
        throw error;
      }
    });
  };
}

function compile<Input, Written>(
  { db, engine }: Store,
  { input, write, written, followUp }: Writing<Input, Written>,
): string[] {
  const first = write(jsonRows(engine, '[]', input));
  const statements =
    engine === 'postgres'
      ? [
          sql`with written as (${first}), followed as (${followUp(sql<Written>`written`)}) select * from written`,
        ]
      : [first, followUp(jsonRows(engine, '[]', written))];
  return statements.map(one => {
    const { sql: text, parameters } = one.compile(db);
    if (parameters.length !== 1) throw new Error('A writing takes its input as rows alone.');
    return text;
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
