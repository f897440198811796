import { setImmediate as nextTurn } from 'node:timers/promises';

/** So many rows are written by one statement at most: SQLite writes in the thread that asks. */
export const BATCH = 200;

/**
 * Repeats a write of some rows until it finds no more, and lets others have their turn between.
 * @param writeSome writes at most so many as it is to, and says how many
 * @param ending ends it, after the batch under way
 * @returns how many rows were written
 */
export async function inBatches(
  writeSome: () => Promise<number>,
  ending: AbortSignal | null = null,
): Promise<number> {
  let all = 0;
  while (ending?.aborted !== true) {
    const written = await writeSome();
    if (written === 0) break;
    all += written;
    await nextTurn();
  }
  return all;
}
