import { isLocked } from './file-lock.ts';
import type { Statements } from './open.ts';
import type { SqliteConnection } from './sqlite.ts';

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
 */
export function sharedReads(connection: SqliteConnection): Statements {
  let queue: Waiting[] = [];
  let atOnce = 0;

  async function flush(): Promise<void> {
    const reads = queue;
    queue = [];
    if (reads.length === 1) atOnce = AT_ONCE;
    try {
      // What somebody's open transaction has written must not be seen.
      await connection.read(() => readAll(reads));
    } catch (error) {
      // Those that were answered stay so.
      for (const { reject } of reads) reject(error);
    }
  }

  /** Without an await, nothing of this process comes in between. */
  function readAll(reads: readonly Waiting[]): void {
    const together = reads.length > 1;
    if (together) connection.prepare('begin deferred').run([]);
    for (const read of reads) {
      try {
        read.resolve(connection.prepare(read.text).all(read.values));
      } catch (error) {
        if (isLocked(error)) readAgain(read);
        else read.reject(error);
      }
    }
    // An error can have ended it.
    if (together && connection.inTransaction) connection.prepare('commit').run([]);
  }

  /** Another process has the whole file to itself for a while. */
  function readAgain({ text, values, resolve, reject }: Waiting): void {
    connection.read(() => connection.prepare(text).all(values)).then(resolve, reject);
  }

  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      if (atOnce > 0 && !connection.inTransaction) {
        atOnce -= 1;
        try {
          return connection.prepare(text).all(values) as Row[];
        } catch (error) {
          if (!isLocked(error)) throw error;
          return connection.read(() => connection.prepare(text).all(values) as Row[]);
        }
      }
      return new Promise<Row[]>((resolve, reject) => {
        const waiting = { text, values, resolve: resolve as Waiting['resolve'], reject };
        // After the I/O callbacks of this turn: all requests that arrived together are in the queue by then.
        if (queue.push(waiting) === 1) setImmediate(flush);
      });
    },
  };
}
