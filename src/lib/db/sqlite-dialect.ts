import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteConnection, SqliteStatement } from './sqlite.ts';

/**
 * Kysely on our one connection. Its own dialect keeps all queries waiting behind one that waits; here a statement takes
 * a turn only to write, and a transaction has it from before its beginning to its end.
 */
export function sqliteDialect(sqlite: SqliteConnection): Dialect {
  return {
    createAdapter: () => new TurnsAdapter(),
    createDriver: () => new TurnsDriver(sqlite),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Each query has a connection of its own, as Kysely sees it. */
class TurnsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class TurnsDriver implements Driver {
  readonly #sqlite: SqliteConnection;
  constructor(sqlite: SqliteConnection) {
    this.#sqlite = sqlite;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<Session> {
    return new Session(this.#sqlite);
  }
  async beginTransaction(session: Session): Promise<void> {
    const since = performance.now();
    session.giveBack = await this.#sqlite.turns.take();
    this.#sqlite.watch.refuseLost();
    const begin = this.#sqlite.prepare('begin');
    await this.#sqlite.lock.withLock(() => begin.run([]), since);
  }
  async commitTransaction(session: Session): Promise<void> {
    const commit = this.#sqlite.prepare('commit');
    await this.#sqlite.lock.withLock(() => commit.run([]), performance.now());
    session.end();
    this.#sqlite.watch.check();
  }
  async rollbackTransaction(session: Session): Promise<void> {
    session.rollBack();
  }
  async releaseConnection(session: Session): Promise<void> {
    session.rollBack();
  }
  async destroy(): Promise<void> {
    this.#sqlite.close();
  }
}

class Session implements DatabaseConnection {
  readonly #sqlite: SqliteConnection;
  /** Of the turn that a transaction has; null outside of one. */
  giveBack: (() => void) | null = null;

  constructor(sqlite: SqliteConnection) {
    this.#sqlite = sqlite;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#sqlite.prepare(sql);
    const run = () => resultOf<Row>(statement, parameters);
    if (this.giveBack !== null) {
      // Some errors end a transaction by themselves: what came behind would commit alone.
      if (!this.#sqlite.inTransaction) throw new Error('The transaction has ended with its first error.');
      return run();
    }
    return statement.readonly ? this.#sqlite.read(run) : this.#sqlite.write(run);
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  /** What is not committed by now is undone. */
  rollBack(): void {
    try {
      if (this.giveBack !== null && this.#sqlite.inTransaction) this.#sqlite.prepare('rollback').run([]);
    } finally {
      this.end();
    }
  }

  end(): void {
    this.giveBack?.();
    this.giveBack = null;
  }
}

function resultOf<Row>(statement: SqliteStatement, parameters: readonly unknown[]): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(parameters) as Row[] };
  const { changes, lastInsertRowid } = statement.run(parameters);
  return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
}
