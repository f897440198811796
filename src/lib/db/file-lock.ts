import { setTimeout as pause } from 'node:timers/promises';

/** How long one waits for a lock that another process holds, in milliseconds, its place in the queue included. */
export const LOCK_WAIT_MS = 5_000;

/** Milliseconds between the tries, as SQLite itself would wait; the last one for all that follow. */
const PAUSES_MS = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

/** After so long without a refusal, the next one begins another wait. Milliseconds. */
const FORGOTTEN_MS = 1_000;

export interface FileLock {
  /**
   * Runs what needs the lock of the file, and again while another process holds it: SQLite's own wait would hold up
   * everything in this process. Once nobody got it for LOCK_WAIT_MS, each tries once.
   * @param run does nothing where it throws for want of the lock
   * @param since when the caller began to wait, by `performance.now()`
   * @throws what `run` throws; for want of the lock after LOCK_WAIT_MS
   */
  withLock<Value>(run: () => Value, since: number): Promise<Value>;
}

export function waitForLock(): FileLock {
  let lockedSince: number | null = null;
  let lastRefusal = 0;
  return {
    async withLock(run, since) {
      for (let tries = 0; ; tries += 1) {
        try {
          const value = run();
          lockedSince = null;
          return value;
        } catch (error) {
          if (!isLocked(error)) throw error;
          const now = performance.now();
          if (lockedSince === null || now - lastRefusal > FORGOTTEN_MS) lockedSince = now;
          lastRefusal = now;
          if (now - Math.min(since, lockedSince) >= LOCK_WAIT_MS) throw error;
          await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
        }
      }
    },
  };
}

/** Whether a lock of another connection was in the way. */
export function isLocked(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'));
}
