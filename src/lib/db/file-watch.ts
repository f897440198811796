import { closeSync, openSync, readSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';

/** The file is not the one that was opened, or what is in it is not what SQLite has put there. */
export class DatabaseFileLost extends Error {
  override readonly name = 'DatabaseFileLost' as const;
  /** SQLite's own code for a file that was moved away. */
  readonly code = 'SQLITE_READONLY_DBMOVED';
}

/** How far SQLite's log is, in frames: how many there are, and how many of them are in the file too. */
export interface LogState {
  readonly log: number;
  readonly checkpointed: number;
}

export interface FileWatch {
  /** Before anything is written: what is known to be lost is not written to. @throws DatabaseFileLost */
  refuseLost(): void;
  /**
   * Whether the file and its log are still those that were opened: two looks at the folder. After a commit, and before
   * anybody is told of it.
   * @throws DatabaseFileLost
   */
  check(): void;
  /** Looks at all there is, as `check` and more; null when all is well. Not within a transaction. */
  look(): DatabaseFileLost | null;
  /** Whether the file holds what another program has put there: SQLite must not write its log into it. */
  readonly isForeign: boolean;
  /** Bytes of the log, by the last look. */
  readonly logBytes: number;
}

const FRAME_HEADER_BYTES = 24;
const LOG_HEADER_BYTES = 32;

/**
 * Watches a SQLite file that is open, with its log and the index of that. SQLite goes on with the files that it has open,
 * whatever happens to their names: what it commits into a deleted one is gone with the process.
 * It must open neither file nor index: to close one again would give up all locks of the process on it.
 * @param file which is open, and has been read from
 * @param pageBytes its page size
 * @param logState asks SQLite; writes nothing
 */
export function watchFile(file: string, pageBytes: number, logState: () => LogState): FileWatch {
  const names = [file, `${file}-wal`, `${file}-shm`] as const;
  const opened = names.map(statOf);
  let lost: DatabaseFileLost | null = null;
  let logBytes = opened[1]?.size ?? 0;
  let seen = {
    changedAt: opened[0]?.mtimeMs,
    size: opened[0]?.size,
    header: headerOf(names[1]),
    ...logState(),
  };
  let isSuspect = false;
  /** Nothing makes that whole again while the file is open. */
  let isForeign = false;
  /** Nor that: the log is not in its place any more. */
  let isReplaced = false;

  function whatIsGone(count: number): DatabaseFileLost | null {
    for (let at = 0; at < count; at += 1) {
      const name = names[at] as string;
      const before = opened[at];
      // SQLite makes the log with the first read; where it made none, there is none to lose.
      if (before === undefined) continue;
      const now = statOf(name);
      if (now === undefined) return new DatabaseFileLost(`${name} was deleted or moved away.`);
      if (now.ino !== before.ino || now.dev !== before.dev) {
        if (at > 0) return new DatabaseFileLost(`${name} was replaced by another file.`);
        isReplaced = true;
        return new DatabaseFileLost(`${name} was replaced by another file.${putAside()}`);
      }
    }
    return null;
  }

  /**
   * Our log belongs to what was there before. Whoever opens the new file next would take it for that one's, and mix the two.
   * @returns a sentence that says where it is
   */
  function putAside(): string {
    const [, log, index] = names;
    if (!isOurs(1)) return '';
    try {
      const aside = `${log}.of-replaced-${Date.now()}`;
      renameSync(log, aside);
      if (isOurs(2)) rmSync(index);
      return ` The log of the former one was put aside as ${aside}.`;
    } catch {
      return ` Delete ${log} and ${index} before the next start: they belong to the former one.`;
    }
  }

  function isOurs(at: number): boolean {
    const [before, now] = [opened[at], statOf(names[at] as string)];
    return before !== undefined && now?.ino === before.ino && now.dev === before.dev;
  }

  /** Whether somebody wrote into the files past SQLite: a copy over them, a truncation. */
  function whatIsForeign(): DatabaseFileLost | null {
    const [main, log] = [statOf(file), statOf(names[1])];
    const now = { changedAt: main?.mtimeMs, size: main?.size, header: headerOf(names[1]), ...logState() };
    logBytes = log?.size ?? 0;
    if (now.log > 0 && logBytes < LOG_HEADER_BYTES + now.log * (FRAME_HEADER_BYTES + pageBytes)) {
      return new DatabaseFileLost(`${names[1]} was cut by another program.`);
    }
    // SQLite changes the file when it copies its log there, and tells how far it is. Another process may be at it.
    const copied = now.header !== seen.header || now.checkpointed !== seen.checkpointed;
    const isStill = now.changedAt === seen.changedAt && now.size === seen.size;
    if (copied) isSuspect = false;
    else if (!isStill) isSuspect = true;
    else if (isSuspect) return new DatabaseFileLost(`${file} was written by a program that is not SQLite.`);
    seen = now;
    return null;
  }

  return {
    refuseLost() {
      if (lost === null) return;
      // Where it was put back, all that was written before is in it.
      if (!isForeign && !isReplaced) lost = whatIsGone(3);
      if (lost !== null) throw lost;
    },
    check() {
      lost ??= whatIsGone(2);
      if (lost !== null) throw lost;
    },
    look() {
      if (isForeign || isReplaced) return lost;
      lost = whatIsGone(3);
      if (lost !== null) return lost;
      lost = whatIsForeign();
      isForeign = lost !== null;
      return lost;
    },
    get isForeign() {
      return isForeign;
    },
    get logBytes() {
      return logBytes;
    },
  };
}

function statOf(name: string): Stats | undefined {
  return statSync(name, { throwIfNoEntry: false });
}

/** The head of the log, which is another each time the log is begun anew. Locks are never taken on the log. */
function headerOf(log: string): string {
  let fd: number | null = null;
  try {
    fd = openSync(log, 'r');
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    return header.toString('latin1', 0, readSync(fd, header, 0, LOG_HEADER_BYTES, 0));
  } catch {
    // Without a descriptor left, the next look will do.
    return '';
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
