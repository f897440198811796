import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import { DatabaseFileLost } from './file-watch.ts';

/**
 * What kept a statement from being done, whichever engine it was for.
 *
 * - `busy`: it took too long, or something else was in the way; it passes by itself.
 * - `unreachable`: there is no connection to the database, or it does not let us in.
 * - `unwritable`: the disk is full, or the file, the disk or the database is read-only for us.
 * - `damaged`: what is stored is not readable as a database.
 */
export type DatabaseFault = 'busy' | 'unreachable' | 'unwritable' | 'damaged';

/** A statement or a connection took longer than it may. Whether it was done is not known. */
export class DatabaseTimeout extends Error {
  override readonly name = 'DatabaseTimeout' as const;
  /** Query canceled: the code that PostgreSQL gives when it ends a statement for the same reason. */
  readonly code = '57014';
}

/** SQLSTATE (PostgreSQL, appendix A), codes of SQLite without their extension, and codes of Node's sockets. */
const BY_CODE: ReadonlyMap<string, DatabaseFault> = new Map([
  ...codes('busy', [
    '40001', // serialization_failure
    '40P01', // deadlock_detected
    '25P03', // idle_in_transaction_session_timeout
    '53200', // out_of_memory
    '53300', // too_many_connections
    '53400', // configuration_limit_exceeded
    '55P03', // lock_not_available
    '57014', // query_canceled
    'SQLITE_BUSY',
    'SQLITE_LOCKED',
    'SQLITE_PROTOCOL',
    'SQLITE_NOMEM',
  ]),
  ...codes('unreachable', [
    '28000', // invalid_authorization_specification
    '28P01', // invalid_password
    '3D000', // invalid_catalog_name
    '57P01', // admin_shutdown
    '57P02', // crash_shutdown
    '57P03', // cannot_connect_now
    '57P04', // database_dropped
    '57P05', // idle_session_timeout
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOENT', // a socket of PostgreSQL that is not there
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'ETIMEDOUT',
    'EMFILE',
    'ENFILE',
  ]),
  ...codes('unwritable', [
    '25006', // read_only_sql_transaction
    '42501', // insufficient_privilege
    '53100', // disk_full
    '58030', // io_error
    'SQLITE_AUTH',
    'SQLITE_CANTOPEN',
    'SQLITE_FULL',
    'SQLITE_IOERR',
    'SQLITE_NOLFS',
    'SQLITE_PERM',
    'SQLITE_READONLY',
  ]),
  ...codes('damaged', [
    'XX001', // data_corrupted
    'XX002', // index_corrupted
    'SQLITE_CORRUPT',
    'SQLITE_NOTADB',
  ]),
]);

function codes(fault: DatabaseFault, of: readonly string[]): [string, DatabaseFault][] {
  return of.map(code => [code, fault]);
}

/** What the drivers say without a code, and what of it a statement that comes later does not meet. */
const BY_WORDS: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/^timeout exceeded when trying to connect$/, 'busy'],
  [/^Query read timeout$/, 'busy'],
  [
    /^(timeout expired$|Connection terminated|Client (has encountered a connection error|was closed))/,
    'unreachable',
  ],
  // A caller that is late meets what its process has closed already.
  [
    /^(driver has already been destroyed|Cannot use a pool after calling end|The database connection is not open)/,
    'busy',
  ],
];

/** What kind of fault of the database an error is; null where it is none, or none that was foreseen. */
export function databaseFault(error: unknown): DatabaseFault | null {
  if (!(error instanceof Error)) return null;
  const code = codeOf(error);
  if (code !== null) {
    if (/^08/.test(code)) return 'unreachable';
    // SQLite's extended codes name their kind first: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT.
    const short = code.startsWith('SQLITE_') ? code.split('_', 2).join('_') : code;
    return BY_CODE.get(short) ?? null;
  }
  return BY_WORDS.find(([words]) => words.test(error.message))?.[1] ?? null;
}

function codeOf(error: Error): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : null;
}

/** Its log belongs to what was there before: SQLite would mix the two. */
const MOVED_REMEDY =
  'Put back what was moved away. Or stop Keyferry, put a whole backup in its place, delete the files -wal and -shm beside ' +
  'it, and start again.';

/** Milliseconds. */
const RETRY_AFTER_MS: Readonly<Record<Exclude<DatabaseFault, 'damaged'>, number>> = {
  busy: 2_000,
  unreachable: 5_000,
  unwritable: 30_000,
};

/**
 * What callers are told of what a driver threw, on both engines: 503, who must act, and when a repeat makes sense. The
 * driver's own words are for the log: they are the cause.
 * @returns null for what is no fault of the database, and for what nobody foresaw
 */
export function databaseError(error: unknown): KeyferryError | null {
  if (isKeyferryError(error)) return null;
  if (error instanceof DatabaseFileLost) {
    return new KeyferryError(
      'database_unwritable',
      'The file of the database was deleted, replaced or written over.',
      {
        remedy: MOVED_REMEDY,
        retryAfterMs: RETRY_AFTER_MS.unwritable,
        cause: error,
      },
    );
  }
  const fault = databaseFault(error);
  const cause = error;
  switch (fault) {
    case null:
      return null;
    case 'busy':
      return new KeyferryError('busy', 'The database took too long.', {
        remedy:
          'Repeat after Retry-After. Where it stays so, look at the load and the locks of the database.',
        retryAfterMs: RETRY_AFTER_MS.busy,
        cause,
      });
    case 'unreachable':
      return new KeyferryError('database_unreachable', 'The database cannot be reached.', {
        remedy: 'Start it, or correct DATABASE_URL; then repeat.',
        retryAfterMs: RETRY_AFTER_MS.unreachable,
        cause,
      });
    case 'unwritable':
      return new KeyferryError('database_unwritable', 'The database cannot be written.', {
        remedy: 'Make room on its disk, or give back the right to write; then repeat.',
        retryAfterMs: RETRY_AFTER_MS.unwritable,
        cause,
      });
    case 'damaged':
      return new KeyferryError('database_damaged', 'The database is damaged.', {
        remedy: 'Stop Keyferry and restore the last backup.',
        cause,
      });
  }
}
