import { randomFillSync } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';

/** Room on the disk of a SQLite file that is kept for what must be written when there is no other left. */
export interface Reserve {
  /** Sets it aside, where it is not there. @returns whether it is there: false means that the disk is full */
  keep(): boolean;
  /** Gives it back to the disk, for what is written next. */
  free(): void;
}

/** More than a thousand answers of providers take in the log of SQLite, in bytes. */
export const RESERVE_BYTES = 4 * 1024 * 1024;

/**
 * The reserve beside a database file, one for all processes that use it: a file that is removed when the room is needed.
 * Its bytes are random, since a disk that packs what it stores would keep no room for zeros.
 */
export function fileReserve(file: string): Reserve {
  const path = `${file}-reserve`;
  return {
    keep() {
      if (sizeOf(path) === RESERVE_BYTES) return true;
      try {
        writeFileSync(path, randomFillSync(Buffer.alloc(RESERVE_BYTES)), { mode: 0o600 });
        return true;
      } catch {
        remove(path);
        return false;
      }
    },
    free: () => remove(path),
  };
}

/** Where the disk is not ours to keep room on. */
export const NO_RESERVE: Reserve = { keep: () => true, free: () => undefined };

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** On a disk that became read-only it stays, and nothing is lost by that. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
