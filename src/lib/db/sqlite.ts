import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { databaseFault } from './fault.ts';
import { type FileLock, isLocked, waitForLock } from './file-lock.ts';
import { type FileWatch, type LogState, watchFile } from './file-watch.ts';
import { createTurns, type Turns } from './turns.ts';

export interface SqliteStatement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  /** Whether it changes nothing. */
  readonly readonly: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/**
 * The one connection to a SQLite file. It runs statements at once, and never waits for another process in the thread:
 * what finds the file locked throws, and is tried again by `write`.
 */
export interface SqliteConnection {
  readonly inTransaction: boolean;
  /** Whose turn it is to write. Reads need none while no transaction is open. */
  readonly turns: Turns;
  readonly lock: FileLock;
  readonly watch: FileWatch;
  /** The first error that says that the file is damaged; null: there was none. */
  readonly damage: unknown;
  /** What an operator should know of the rights of file and folder, in sentences. */
  readonly warnings: readonly string[];
  prepare(text: string): SqliteStatement;
  /**
   * Runs something that commits, in its turn and with the lock of the file. It is acknowledged only where the file is
   * still in its place afterwards.
   * @param run without an await; does nothing where it throws for want of the lock
   */
  write<Value>(run: () => Value): Value | Promise<Value>;
  /** Runs something that only reads, once no transaction of this process is open. */
  read<Value>(run: () => Value): Promise<Value>;
  close(): void;
}

/** So many prepared statements are kept. */
const MAX_STATEMENTS = 300;
/** Longer than the log is between checkpoints: after a reader that kept it from being begun anew, it shrinks to that. */
const LOG_BYTES = 64 * 1024 * 1024;

/** Opens a file, or makes it, its folder too. @throws what SQLite throws */
export function openSqlite(file: string): SqliteConnection {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Only the start waits in the thread: nothing else is done before there is a database.
  const database = new Sqlite(file, { timeout: 5_000 });
  const warnings = [...keepToOwner(file), ...judgeFolder(folder)];
  let watch: FileWatch;
  try {
    database.pragma('journal_mode = WAL');
    // FULL: a commit is on the disk before it is acknowledged, a power failure included.
    database.pragma('synchronous = FULL');
    // 16 MB of log between checkpoints: a page written often is copied into the file once.
    database.pragma('wal_autocheckpoint = 4000');
    database.pragma(`journal_size_limit = ${LOG_BYTES}`);
    database.pragma('foreign_keys = ON');
    database.pragma('cache_size = -32000');
    // The first read makes the log and its index.
    database.prepare('select count(*) from sqlite_schema').get();
    const pageBytes = database.pragma('page_size', { simple: true }) as number;
    const state = database.prepare('pragma wal_checkpoint(noop)');
    watch = watchFile(file, pageBytes, () => state.get() as LogState);
    database.pragma('busy_timeout = 0');
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = new Map<string, SqliteStatement>();
  const turns = createTurns();
  const lock = waitForLock();
  let begun = false;
  let damage: unknown = null;

  function statement(text: string): SqliteStatement {
    // A deferred transaction that turns to writing fails when another process writes; it must not begin so.
    const prepared = database.prepare(text === 'begin' ? 'begin immediate' : text);
    const begins = text.startsWith('begin');
    return {
      reader: prepared.reader,
      readonly: prepared.readonly,
      all(parameters) {
        try {
          return prepared.all(bindable(parameters));
        } catch (error) {
          throw noted(error);
        }
      },
      run(parameters) {
        begun ||= begins;
        try {
          return prepared.run(bindable(parameters));
        } catch (error) {
          throw noted(error);
        }
      },
    };
  }

  function noted(error: unknown): unknown {
    if (databaseFault(error) === 'damaged') damage ??= error;
    return error;
  }

  async function inTurn<Value>(run: () => Value): Promise<Value> {
    const since = performance.now();
    const giveBack = await turns.take();
    try {
      return await lock.withLock(run, since);
    } finally {
      giveBack();
    }
  }

  const connection: SqliteConnection = {
    turns,
    lock,
    watch,
    warnings,
    get damage() {
      return damage;
    },
    get inTransaction() {
      // The driver is asked only where one was begun since it last said no: small reads look each time.
      begun &&= database.inTransaction;
      return begun;
    },
    prepare(text) {
      const known = statements.get(text);
      if (known) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const made = statement(text);
      statements.set(text, made);
      return made;
    },
    write(run) {
      const checked = () => {
        watch.refuseLost();
        const value = run();
        watch.check();
        return value;
      };
      if (turns.isTaken) return inTurn(checked);
      try {
        return checked();
      } catch (error) {
        if (!isLocked(error)) throw error;
        return inTurn(checked);
      }
    },
    async read(run) {
      if (connection.inTransaction) return inTurn(run);
      try {
        return run();
      } catch (error) {
        if (!isLocked(error)) throw error;
        return inTurn(run);
      }
    },
    close() {
      // At its end the last connection copies the log into the file and deletes it by its name.
      if (watch.isForeign && database.open) keepLog(file);
      database.close();
    },
  };
  return connection;
}

/**
 * Keeps SQLite from writing into a file that is not its own any more: a connection that may only read is the last one,
 * and stays open until the process ends.
 */
function keepLog(file: string): void {
  try {
    const last = new Sqlite(file, { readonly: true });
    last.prepare('select count(*) from sqlite_schema').get();
    LAST.push(last);
  } catch {
    // It is no database any more.
  }
}

const LAST: unknown[] = [];

/** SQLite has no booleans. Mostly there are none, and nothing is copied. */
function bindable(values: readonly unknown[]): readonly unknown[] {
  if (!values.some(value => typeof value === 'boolean')) return values;
  return values.map(value => (typeof value === 'boolean' ? Number(value) : value));
}

/** Takes the file away from all but its owner. Who may not change its rights may use it all the same. */
function keepToOwner(file: string): string[] {
  try {
    chmodSync(file, 0o600);
    return [];
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const open = (statSync(file).mode & 0o077) !== 0;
    return open
      ? [`The rights of ${file} cannot be changed (${code}): others may read it. Run: chmod 600 ${file}`]
      : [];
  }
}

/** A folder that others may write lets them delete and replace the database. */
export function judgeFolder(folder: string): string[] {
  const mode = statSync(folder).mode & 0o777;
  if ((mode & 0o077) === 0 || process.platform === 'win32') return [];
  const may = (mode & 0o022) === 0 ? 'read' : 'change';
  const rights = mode.toString(8).padStart(3, '0');
  return [
    `The folder ${folder} has mode ${rights}: others may ${may} what is in it. Run: chmod 700 ${folder}`,
  ];
}
