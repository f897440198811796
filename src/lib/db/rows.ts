import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { ROWS_WRITTEN } from './lane-echo.ts';
import type { Engine, Store } from './open.ts';
import type { SqliteConnection } from './sqlite.ts';

/** The SQL types that both engines read alike out of JSON. */
export type ColumnType = 'integer' | 'bigint' | 'text';
export type Columns<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

/** The columns of the rows that a statement is given, by name. */
export type Given<Row> = Readonly<Record<keyof Row & string, RawBuilder<unknown>>>;

export interface Writing<Input, Written> {
  readonly input: Columns<Input>;
  /**
   * A statement that writes the input rows and returns. It takes no other parameter.
   * @param from where the rows come from, as a from clause; empty where a row's columns are parameters
   */
  readonly write: (given: Given<Input>, from: RawBuilder<unknown>) => RawBuilder<Written>;
  /** What it returns. */
  readonly written: Columns<Written>;
  /** A second write, of what the first returned. */
  readonly followUp: (given: Given<Written>, from: RawBuilder<unknown>) => RawBuilder<unknown>;
}

/**
 * Two writes in one commit, the second fed by the first: one round trip on PostgreSQL, one transaction
 * on SQLite. Both are compiled once, whatever number of rows they get.
 * @returns a function that writes rows and gives what the first write returned
 */
export function writing<Input, Written>(
  statement: Writing<Input, Written>,
): (store: Store, rows: readonly Input[]) => Promise<Written[]> {
  const compiled: Partial<Record<Engine, Texts<Input, Written>>> = {};

  return async function write(store, rows) {
    const texts = compiled[store.engine] ?? compile(store, statement);
    compiled[store.engine] = texts;
    const { sqlite } = store;
    if (sqlite !== null) {
      return sqlite.write(() => writeEach(sqlite, texts, rows));
    }
    const [row] = rows;
    const one = rows.length === 1 && row;
    const text = one ? texts.one.text : texts.many;
    const values = one ? valuesOf(texts.one, row) : [JSON.stringify(rows)];
    // The query builder and its pool take a sixth of the time of a lone write.
    if (store.writes !== null) return store.writes.run<Written>(text, values);
    return (await store.db.executeQuery<Written>(CompiledQuery.raw(text, values))).rows;
  };

  /** Without an await between begin and commit, nothing of this process comes in between. */
  function writeEach(
    sqlite: SqliteConnection,
    { one, followUp }: Texts<Input, Written>,
    rows: readonly Input[],
  ): Written[] {
    sqlite.prepare('begin').run([]);
    try {
      const write = sqlite.prepare(one.text);
      const written = rows.flatMap(row => write.all(valuesOf(one, row)) as Written[]);
      const follow = sqlite.prepare(followUp.text);
      for (const row of written) follow.run(valuesOf(followUp, row));
      sqlite.prepare('commit').run([]);
      return written;
    } catch (error) {
      // Some errors end a transaction by themselves.
      if (sqlite.inTransaction) sqlite.prepare('rollback').run([]);
      throw error;
    }
  }
}

/** The statements of a writing, compiled. On PostgreSQL both writes are one statement. */
interface Texts<Input, Written> {
  readonly one: OfOneRow<Input>;
  /** For any number of rows: one JSON parameter. */
  readonly many: string;
  /** SQLite's second write. */
  readonly followUp: OfOneRow<Written>;
}

/** A statement that takes columns of one row as its parameters, in this order. */
interface OfOneRow<Row> {
  readonly text: string;
  readonly order: readonly (keyof Row)[];
}

function valuesOf<Row>({ order }: OfOneRow<Row>, row: Row): unknown[] {
  return order.map(name => row[name]);
}

function compile<Input, Written>(
  { db, engine }: Store,
  { input, write, written, followUp }: Writing<Input, Written>,
): Texts<Input, Written> {
  const alone = write(parametersOf(input), sql``);
  if (engine === 'sqlite') {
    return { one: ofOneRow(alone), many: '', followUp: ofOneRow(followUp(parametersOf(written), sql``)) };
  }
  const follow = followUp(columnsOf(written), sql`from written as given`);
  const both = (first: RawBuilder<unknown>) =>
    sql`with written as (${first}), followed as (${follow}) ${sql.raw(ROWS_WRITTEN)}`;
  const many = both(write(columnsOf(input), fromJson(input))).compile(db);
  if (many.parameters.length !== 1) throw new Error(ROWS_ALONE);
  return { one: ofOneRow(both(alone)), many: many.sql, followUp: { text: '', order: [] } };

  function ofOneRow<Row>(statement: RawBuilder<unknown>): OfOneRow<Row> {
    const { sql: text, parameters } = statement.compile(db);
    if (!parameters.every(name => name instanceof ColumnName)) throw new Error(ROWS_ALONE);
    return { text, order: parameters.map(({ name }) => name as keyof Row) };
  }
}

const ROWS_ALONE = 'A writing takes its input as rows alone, and all of them once.';

/** Stands for the value of a column until there is a row. */
class ColumnName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A parameter for each use of a column: for one row faster than JSON, and for SQLite always. */
function parametersOf<Row>(columns: Columns<Row>): Given<Row> {
  return givenBy(columns, name => new ColumnName(name));
}

/** One row for a statement that is not compiled ahead. @param valueAt the value of a column */
export function givenBy<Row>(
  columns: Columns<Row>,
  valueAt: (name: keyof Row & string) => unknown,
): Given<Row> {
  return given(columns, (name, type) => sql`cast(${valueAt(name)} as ${sql.raw(type)})`);
}

function columnsOf<Row>(columns: Columns<Row>): Given<Row> {
  return given(columns, name => sql.ref(`given.${name}`));
}

function given<Row>(
  columns: Columns<Row>,
  of: (name: keyof Row & string, type: ColumnType) => RawBuilder<unknown>,
): Given<Row> {
  const names = Object.keys(columns) as (keyof Row & string)[];
  return Object.fromEntries(names.map(name => [name, of(name, columns[name])])) as Given<Row>;
}

/** Any number of rows, carried by one JSON parameter. */
function fromJson<Row>(columns: Columns<Row>): RawBuilder<unknown> {
  const fields = Object.entries<ColumnType>(columns).map(
    ([name, type]) => sql`cast(value->>${sql.lit(name)} as ${sql.raw(type)}) as ${sql.ref(name)}`,
  );
  return sql`from (select ${sql.join(fields)} from jsonb_array_elements(cast(${'[]'} as jsonb)) as t(value)) as given`;
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

  return function read(store, values) {
    const { text, order } = compiled[store.engine] ?? compileFor(store);
    const given = order.map(name => values[name]);
    if (store.reads !== null) return store.reads.run<Row>(text, given);
    return store.db.executeQuery<Row>(CompiledQuery.raw(text, given)).then(({ rows }) => rows);
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

/**
 * Keeps the rows of a read as they are until the transaction ends: `share` beside others who read, `update` alone.
 * SQLite has one transaction that writes, and needs nothing.
 */
export function locked(engine: Engine, how: 'share' | 'update'): RawBuilder<unknown> {
  return engine === 'postgres' ? sql`for ${sql.raw(how)}` : sql``;
}
