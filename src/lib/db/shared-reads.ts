import type { SqliteDatabase } from 'kysely';
import type { Statements } from './open.ts';

/** A connection that runs statements at once, and knows whether a transaction is open on it. */
export interface SqliteConnection extends SqliteDatabase {
  readonly inTransaction: boolean;
}

interface Waiting {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** So many reads after one that came alone are not kept for the end of their turn; then one is again, to see. */
const AT_ONCE = 64;

/**
 * Small reads of SQLite. Those that come in one turn share a transaction: to take and give back the file's lock
 * costs more than to find a row. Nothing waits for company, and where reads come alone, most are done at once.
 * @param whenFree runs something once no transaction is open; rejects with what it throws
 */
export function sharedReads(
  connection: SqliteConnection,
  whenFree: (run: () => Promise<void>) => Promise<void>,
): Statements {
  let queue: Waiting[] = [];
  let atOnce = 0;

  async function flush(): Promise<void> {
    const reads = queue;
    queue = [];
    if (reads.length === 1) atOnce = AT_ONCE;
    try {
      const run = async () => readAll(reads);
      // What somebody's open transaction has written must not be seen.
      await (connection.inTransaction ? whenFree(run) : run());
    } catch (error) {
      // Those that were answered stay so.
      for (const { reject } of reads) reject(error);
    }
  }

  /** Without an await, nothing of this process comes in between. */
  function readAll(reads: readonly Waiting[]): void {
    const together = reads.length > 1;
    if (together) connection.prepare('begin deferred').run([]);
    for (const { text, values, resolve, reject } of reads) {
      try {
        resolve(connection.prepare(text).all(values));
      } catch (error) {
        reject(error);
      }
    }
    // An error can have ended it.
    if (together && connection.inTransaction) connection.prepare('commit').run([]);
  }

  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      if (atOnce > 0 && !connection.inTransaction) {
        atOnce -= 1;
        return connection.prepare(text).all(values) as Row[];
      }
      return new Promise<Row[]>((resolve, reject) => {
        const waiting = { text, values, resolve: resolve as Waiting['resolve'], reject };
        // After the I/O callbacks of this turn: all requests that arrived together are in the queue by then.
        if (queue.push(waiting) === 1) setImmediate(flush);
      });
    },
  };
}
