import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Engine, Store } from './open.ts';
import type { SqliteConnection } from './shared-reads.ts';

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

/** The same for one row, a parameter a column: faster than JSON where there is one, and for SQLite always. */
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
  const compiled: Partial<Record<Engine, Texts>> = {};
  const given = Object.keys(statement.input) as (keyof Input)[];
  const returned = Object.keys(statement.written) as (keyof Written)[];

  return async function write(store, rows) {
    const texts = compiled[store.engine] ?? compile(store, statement);
    compiled[store.engine] = texts;
    const { sqlite } = store;
    if (sqlite !== null) {
      const run = async () => writeEach(sqlite, texts, rows);
      // Somebody's transaction is open on the one connection: connection() waits for its end.
      return sqlite.inTransaction ? store.db.connection().execute(run) : run();
    }
    const [row] = rows;
    const one = rows.length === 1 && row;
    const text = one ? texts.one : texts.many;
    const values = one ? given.map(name => row[name]) : [JSON.stringify(rows)];
    // The query builder and its pool take a sixth of the time of a lone write.
    if (store.writes !== null) return store.writes.run<Written>(text, values);
    return (await store.db.executeQuery<Written>(CompiledQuery.raw(text, values))).rows;
  };

  /** Without an await between begin and commit, nothing of this process comes in between. */
  function writeEach(sqlite: SqliteConnection, { one, followUp }: Texts, rows: readonly Input[]): Written[] {
    sqlite.prepare('begin').run([]);
    try {
      const write = sqlite.prepare(one);
      const written = rows.flatMap(row => write.all(given.map(name => row[name])) as Written[]);
      const follow = sqlite.prepare(followUp);
      for (const row of written) follow.run(returned.map(name => row[name]));
      sqlite.prepare('commit').run([]);
      return written;
    } catch (error) {
      sqlite.prepare('rollback').run([]);
      throw error;
    }
  }
}

/** The statements of a writing, compiled. On PostgreSQL both writes are one statement. */
interface Texts {
  /** For one row: a parameter a column. */
  readonly one: string;
  /** For any number of rows: one JSON parameter. */
  readonly many: string;
  /** SQLite's second write. */
  readonly followUp: string;
}

function compile<Input, Written>(
  { db, engine }: Store,
  { input, write, written, followUp }: Writing<Input, Written>,
): Texts {
  if (engine === 'sqlite') {
    return {
      one: text(write(oneRow(input)), input),
      many: '',
      followUp: text(followUp(oneRow(written)), written),
    };
  }
  const both = (rows: RawBuilder<Input>) =>
    sql`with written as (${write(rows)}), followed as (${followUp(sql<Written>`written`)}) select * from written`;
  return { one: text(both(oneRow(input)), input), many: text(both(manyRows(input)), ['rows']), followUp: '' };

  function text(statement: RawBuilder<unknown>, takes: object): string {
    const { sql: compiled, parameters } = statement.compile(db);
    if (parameters.length === Object.keys(takes).length) return compiled;
    throw new Error('A writing takes its input as rows alone, once.');
  }
}

/**
 * A small read, of one statement that is compiled once: the query builder takes longer for it than the
 * database. It is no part of any transaction.
 * @param names what varies; the statement gets a parameter for each, and takes no other
 * @returns a function that gives the rows for values of the names
 */
export function reading<Name extends string, Row>(
  names: readonly Name[],
  statement: (parameters: Readonly<Record<Name, RawBuilder<unknown>>>) => RawBuilder<Row>,
): (store: Store, values: Readonly<Record<Name, string | number>>) => Promise<Row[]> {
  const parameters = Object.fromEntries(names.map(name => [name, sql`${name}`]));
  const compiled: Partial<Record<Engine, { text: string; order: readonly Name[] }>> = {};

  return async function read(store, values) {
    const { text, order } = compiled[store.engine] ?? compileFor(store);
    const given = order.map(name => values[name]);
    if (store.reads !== null) return store.reads.run<Row>(text, given);
    return (await store.db.executeQuery<Row>(CompiledQuery.raw(text, given))).rows;
  };

  function compileFor({ db, engine }: Store) {
    const { sql: text, parameters: order } = statement(
      parameters as Readonly<Record<Name, RawBuilder<unknown>>>,
    ).compile(db);
    const made = { text, order: order as readonly Name[] };
    compiled[engine] = made;
    return made;
  }
}

/** The database's own clock in epoch milliseconds: for what several processes compare, whatever their clocks say. */
export function databaseNow(engine: Engine): RawBuilder<number> {
  return engine === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`cast(unixepoch('subsec') * 1000 as bigint)`;
}

/**
 * Of a column: is among what a select finds. As an array PostgreSQL looks each up; as a set of unknown size it may
 * read the whole table to join it.
 */
export function among(engine: Engine, found: RawBuilder<unknown>): RawBuilder<unknown> {
  return engine === 'postgres' ? sql`= any(array(${found}))` : sql`in (${found})`;
}

/** Lets a claim pass over rows that another process is claiming. SQLite has one writer and needs nothing. */
export function skipLocked(engine: Engine): RawBuilder<unknown> {
  return engine === 'postgres' ? sql`for update skip locked` : sql``;
}
