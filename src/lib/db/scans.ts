import type { RawBuilder } from 'kysely';
import pg from 'pg';
import { KeyferryError } from '../../protocol/index.ts';
import { BoundedClient, type BoundedConfig } from './bounded-client.ts';
import { LIMITS } from './limits.ts';
import type { Statements, Store } from './open.ts';

/** Reads that may take long. What may read many rows goes here, and holds up neither the process nor a write. */
export interface Scans extends Statements {
  close(): Promise<void>;
}

export interface ScanLimits {
  /** How many statements wait at most; one more is refused. */
  readonly waiting: number;
  /** How long one waits at most, in milliseconds. */
  readonly waitMs: number;
  /** How long one runs at most, in milliseconds: after that it is ended. */
  readonly runMs: number;
}

export const SCAN_LIMITS: ScanLimits = { waiting: 32, waitMs: 5_000, runMs: 10_000 };

/** Two, so that one slow look does not keep the others waiting. */
const CONNECTIONS = 2;

/**
 * Reads what may be many rows, in a statement of its own and on a connection of its own. It sees all that was
 * committed before, and nothing of an open transaction.
 * @throws KeyferryError busy when too many wait, or it takes too long
 */
export function scan<Row>({ db, scans }: Store, statement: RawBuilder<Row>): Promise<Row[]> {
  const { sql: text, parameters } = statement.compile(db);
  return scans.run<Row>(text, parameters);
}

type BoundedPoolConfig = pg.PoolConfig & BoundedConfig;

/** Scans on PostgreSQL: connections beside the pool, on which PostgreSQL ends what takes too long. */
export function openScanPool(config: pg.PoolConfig, limits: ScanLimits = SCAN_LIMITS): Scans {
  const bounded: BoundedPoolConfig = {
    ...config,
    max: CONNECTIONS,
    connectionTimeoutMillis: limits.waitMs,
    statement_timeout: limits.runMs,
    // The server should have been first.
    answerMs: limits.runMs + LIMITS.answerMs - LIMITS.statementMs,
    Client: BoundedClient as unknown as typeof pg.Client,
    // The pool waits for it. Rows are found by index, as on the lanes.
    onConnect: client => client.query(SETTINGS) as unknown as undefined,
  };
  const pool = new pg.Pool(bounded);
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  let closing: Promise<void> | null = null;
  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      if (pool.waitingCount >= limits.waiting) throw tooMany(limits);
      try {
        const client = await pool.connect();
        try {
          // Without a name: it is planned for the values at hand, which differ by how many rows they find.
          return (await client.query(text, [...values])).rows as Row[];
        } finally {
          client.release();
        }
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: unknown };
        if (code === CANCELLED) throw tooLong(limits);
        throw message === NO_CONNECTION_FREE ? tooMany(limits) : error;
      }
    },
    async close() {
      closing ??= pool.end();
      await closing;
    },
  };
}

const SETTINGS = 'set random_page_cost = 1.1; set default_transaction_read_only = on';

/** PostgreSQL's `query_canceled`. */
const CANCELLED = '57014';
/** As the pool says it, without a code. */
const NO_CONNECTION_FREE = 'timeout exceeded when trying to connect';

/** The statement would be one too many, or has waited too long. */
export function tooMany({ waitMs }: ScanLimits): KeyferryError {
  return new KeyferryError('busy', 'Too many looks through the database are under way.', {
    remedy: 'Try again in a moment.',
    retryAfterMs: waitMs,
  });
}

export function tooLong({ runMs }: ScanLimits): KeyferryError {
  return new KeyferryError('busy', `The look through the database took longer than ${runMs / 1_000} s.`, {
    remedy: 'Try again, or look for something narrower.',
    retryAfterMs: runMs,
  });
}
