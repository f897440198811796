import { CompiledQuery, type RawBuilder, type SqliteDatabase, sql } from 'kysely';
import type { Engine, Store } from './open.ts';

/** The SQL types that both engines read alike out of JSON. */
export type ColumnType = 'integer' | 'bigint' | 'text';
export type Columns<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

/** Columns as a source for `from` that PostgreSQL takes for any number of rows, carried by one JSON parameter. */
function manyRows<Row>(columns: Columns<Row>): RawBuilder<Row> {
  const fields = Object.entries<ColumnType>(columns).map(
    ([name, type]) => sql`cast(value->>${sql.lit(name)} as ${sql.raw(type)}) as ${sql.ref(name)}`,
  );
  return sql<Row>`(select ${sql.join(fields)} from jsonb_array_elements(cast(${'[]'} as jsonb)) as t(value))`;
}

/** The same for one row, a parameter a column: SQLite runs a prepared statement faster than it reads JSON. */
function oneRow<Row>(columns: Columns<Row>): RawBuilder<Row> {
  const fields = Object.entries<ColumnType>(columns).map(
    ([name, type]) => sql`cast(${name} as ${sql.raw(type)}) as ${sql.ref(name)}`,
  );
  return sql<Row>`(select ${sql.join(fields)})`;
}

export interface Writing<Input, Written> {
  readonly input: Columns<Input>;
  /** A statement that writes the input rows and returns. It names them once and takes no other parameter. */
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
  const compiled: Partial<Record<Engine, readonly string[]>> = {};
  return async function write(store, rows) {
    const texts = compiled[store.engine] ?? compile(store, statement);
    compiled[store.engine] = texts;
    if (store.sqlite !== null) return writeEach(store, store.sqlite, { statement, texts, rows });
    const [text = ''] = texts;
    return (await store.db.executeQuery<Written>(CompiledQuery.raw(text, [JSON.stringify(rows)]))).rows;
  };
}

function compile<Input, Written>(
  { db, engine }: Store,
  { input, write, written, followUp }: Writing<Input, Written>,
): string[] {
  if (engine === 'sqlite')
    return [text(write(oneRow(input)), input), text(followUp(oneRow(written)), written)];
  const first = write(manyRows(input));
  const second = followUp(sql<Written>`written`);
  return [text(sql`with written as (${first}), followed as (${second}) select * from written`, ['rows'])];

  function text(statement: RawBuilder<unknown>, takes: object): string {
    const { sql: compiled, parameters } = statement.compile(db);
    if (parameters.length === Object.keys(takes).length) return compiled;
    throw new Error('A writing takes its input as rows alone, once.');
  }
}

/** Inside connection() nobody else's transaction is open on it. Without an await between, one turn does all. */
function writeEach<Input, Written>(
  { db }: Store,
  sqlite: SqliteDatabase,
  {
    statement,
    texts,
    rows,
  }: { statement: Writing<Input, Written>; texts: readonly string[]; rows: readonly Input[] },
): Promise<Written[]> {
  const [first = '', second = ''] = texts;
  const given = Object.keys(statement.input) as (keyof Input)[];
  const returned = Object.keys(statement.written) as (keyof Written)[];
  return db.connection().execute(async () => {
    sqlite.prepare('begin').run([]);
    try {
      const write = sqlite.prepare(first);
      const written = rows.flatMap(row => write.all(given.map(name => row[name])) as Written[]);
      const follow = sqlite.prepare(second);
      for (const row of written) follow.run(returned.map(name => row[name]));
      sqlite.prepare('commit').run([]);
      return written;
    } catch (error) {
      sqlite.prepare('rollback').run([]);
      throw error;
    }
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
