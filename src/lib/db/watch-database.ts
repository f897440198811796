import { KeyferryError } from '../../protocol/index.ts';
import type { Log } from '../log.ts';
import { databaseError } from './fault.ts';
import type { Store } from './open.ts';

const EVERY_MS = 1_000;
/** A log that is longer is kept from being begun anew by a reader that does not end. */
const LONG_LOG_BYTES = 256 * 1024 * 1024;

export interface DatabaseWatch {
  /** Resolves when what is stored cannot be read as a database: nothing but a backup helps. */
  readonly damaged: Promise<KeyferryError>;
  stop(): void;
}

/**
 * Looks each second after a SQLite file, and tells once what an operator must know: the file was deleted, replaced or
 * written by another program, it is damaged, its log grows, others may read it. PostgreSQL has its own operators.
 */
export function watchDatabase({ sqlite }: Pick<Store, 'sqlite'>, log: Log): DatabaseWatch {
  const damaged = Promise.withResolvers<KeyferryError>();
  if (sqlite === null) return { damaged: damaged.promise, stop() {} };
  for (const warning of sqlite.warnings) log.warn(warning);
  let wasLost = false;
  let wasLong = false;

  function look(): void {
    if (sqlite === null) return;
    if (sqlite.damage !== null) {
      clearInterval(timer);
      const error =
        databaseError(sqlite.damage) ?? new KeyferryError('database_damaged', 'The database is damaged.');
      log.fatal({ err: error, code: error.code }, error.message);
      damaged.resolve(error);
      return;
    }
    // Within a transaction SQLite does not tell of its log; the next look will do.
    if (sqlite.inTransaction) return;
    let lost: Error | null;
    try {
      lost = sqlite.watch.look();
    } catch (err) {
      log.error({ err }, 'database file not looked at');
      return;
    }
    if (lost !== null && !wasLost) {
      const { code, remedy } = databaseError(lost) ?? { code: null, remedy: null };
      log.fatal({ err: lost, code, remedy }, 'database file lost: nothing is written until it is mended');
    }
    if (lost === null && wasLost) log.warn('database file is back in its place');
    wasLost = lost !== null;
    const isLong = sqlite.watch.logBytes > LONG_LOG_BYTES;
    if (isLong && !wasLong) {
      const bytes = sqlite.watch.logBytes;
      log.warn(
        { bytes },
        'write-ahead log grows: a reader (a backup, a shell) has had the file open for long',
      );
    }
    wasLong = isLong;
  }
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return { damaged: damaged.promise, stop: () => clearInterval(timer) };
}
