import { CompiledQuery, Kysely, PGliteDialect, type PGliteDialectConfig, PostgresDialect } from 'kysely';
import pg from 'pg';
import { BoundedClient } from './bounded-client.ts';
import { openLanes } from './lanes.ts';
import { LIMITS, OPENING } from './limits.ts';
import { RepeatingKysely, repeatingPool } from './pool.ts';
import { openScanThread } from './scan-queue.ts';
import { openScanPool, type Scans } from './scans.ts';
import { sharedReads } from './shared-reads.ts';
import { openSqlite, type SqliteConnection } from './sqlite.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

export type Engine = 'sqlite' | 'postgres';

/** An open database: the queries, and which engine they reach. */
export interface Database<Tables> {
  readonly db: Kysely<Tables>;
  readonly engine: Engine;
  /** SQLite's own connection, the one that `db` uses. */
  readonly sqlite: SqliteConnection | null;
  /** A faster way for single small reads, outside of transactions; null: `db` is the only one. */
  readonly reads: Statements | null;
  /** The same for writes. */
  readonly writes: Statements | null;
  /** For reads that may take long: see `scan`. */
  readonly scans: Statements;
  close(): Promise<void>;
}

/** What a statement needs: any role's tables. */
export interface Store {
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's tables are invariant, and these statements name none of a role's.
  readonly db: Kysely<any>;
  readonly engine: Engine;
  readonly sqlite: SqliteConnection | null;
  readonly reads: Statements | null;
  readonly writes: Statements | null;
  readonly scans: Statements;
}

/** Single small statements, each by itself. */
export interface Statements {
  /** Runs one. @throws what the driver throws */
  run<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

export type DatabaseLocation =
  /** A SQLite file; its folder is made, readable by its owner alone. */
  | { readonly file: string }
  /** A PostgreSQL connection string. */
  | { readonly url: string; readonly poolSize?: number }
  /** PostgreSQL in memory, for tests: it loses acknowledged rows at a power failure. */
  | { readonly pglite: Exclude<PGliteDialectConfig['pglite'], (...args: never) => unknown> };

/** Opens a database. Both engines give numbers for bigint, text for JSON and for timestamps. */
export function openDatabase<Tables>(location: DatabaseLocation): Database<Tables> {
  if ('file' in location) {
    const sqlite = openSqlite(location.file);
    const db = new Kysely<Tables>({ dialect: sqliteDialect(sqlite) });
    const scans = openScanThread(location.file);
    return {
      db,
      engine: 'sqlite',
      sqlite,
      reads: sharedReads(sqlite),
      writes: null,
      scans,
      async close() {
        await scans.close();
        await db.destroy();
        // Kysely leaves a connection open that it never used.
        sqlite.close();
      },
    };
  }
  if ('pglite' in location) {
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: location.pglite }) });
    const scans = onTheOnlyConnection(db);
    return {
      db,
      engine: 'postgres',
      sqlite: null,
      reads: null,
      writes: null,
      scans,
      close: () => db.destroy(),
    };
  }
  const { pool, client, scans } = openPostgres(location.url, location.poolSize ?? 10);
  const db = new RepeatingKysely<Tables>({ dialect: new PostgresDialect({ pool: repeatingPool(pool) }) });
  const lanes = { create: client, reader: readerOf };
  const reads = openLanes({ ...lanes, repeats: 'all' });
  const writes = openLanes({ ...lanes, repeats: 'undone' });
  return {
    db,
    engine: 'postgres',
    sqlite: null,
    reads,
    writes,
    scans,
    async close() {
      await Promise.all([reads.close(), writes.close(), scans.close()]);
      await db.destroy();
    },
  };
}

function onTheOnlyConnection<Tables>(db: Kysely<Tables>): Statements {
  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      return (await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
    },
  };
}

const MAX_STATEMENTS = 300;

/** PostgreSQL's type numbers: int8, json, timestamp, timestamptz, jsonb. */
export const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number,
  114: String,
  1114: String,
  1184: String,
  3802: String,
};

function readerOf(type: number): (text: string) => unknown {
  return PARSERS[type] ?? pg.types.getTypeParser(type);
}

function openPostgres(
  connectionString: string,
  max: number,
): { pool: pg.Pool; client: () => pg.Client; scans: Scans } {
  const names = new Map<string, string>();

  /** Names each statement, so that PostgreSQL plans it once a connection and not at each call. */
  class NamingClient extends BoundedClient {
    // biome-ignore lint/suspicious/noExplicitAny: the driver's overloads; only the form that Kysely uses changes.
    override query(text: any, values?: any, ...rest: any[]): any {
      if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) {
        return super.query(text, values, ...(rest as []));
      }
      const name = names.get(text) ?? (names.size < MAX_STATEMENTS ? `kf${names.size}` : undefined);
      if (name === undefined) return super.query(text, values);
      names.set(text, name);
      return super.query({ name, text, values });
    }
  }
  const types: pg.CustomTypesConfig = { getTypeParser: readerOf as typeof pg.types.getTypeParser };
  const config = {
    connectionString,
    connectionTimeoutMillis: LIMITS.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: LIMITS.keepAliveMs,
    types,
  };
  const pool = new pg.Pool({
    ...config,
    max,
    maxLifetimeSeconds: LIMITS.lifetimeMs / 1_000,
    Client: NamingClient as unknown as typeof pg.Client,
    // The pool waits for it.
    onConnect: client => client.query(OPENING) as unknown as undefined,
  });
  // Without listeners a connection that breaks would end the process; the pool replaces it. It listens to an
  // idle one alone, and one in use emits the error besides failing its query.
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  return { pool, client: () => new pg.Client({ ...config, pipeline: true }), scans: openScanPool(config) };
}
