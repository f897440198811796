/** Nothing that users send, no page and no job may hold the event loop for longer, in milliseconds: all others wait. */
export const MOST_HELD_MS = 50;

/** What came of something, and how the event loop fared meanwhile. */
export interface Watched<Result> {
  readonly result: Result;
  /**
   * The longest that this thread worked without a turn for anybody else, in milliseconds of its own processor time: a
   * busy machine does not lengthen it.
   */
  readonly heldMs: number;
  /** The same by the clock: what sleeps in the middle of a turn counts, and so does a busy machine. */
  readonly stoodMs: number;
}

/** How often the loop is looked at, in milliseconds. */
const EACH_MS = 1;

/**
 * Runs something, and measures for how long at most it kept everything else of this thread waiting.
 * @throws what it throws
 */
export async function watchLoop<Result>(run: () => Result | Promise<Result>): Promise<Watched<Result>> {
  let [used, at] = [usedMs(), performance.now()];
  let [heldMs, stoodMs] = [0, 0];

  function look(): void {
    const [nowUsed, now] = [usedMs(), performance.now()];
    heldMs = Math.max(heldMs, nowUsed - used);
    stoodMs = Math.max(stoodMs, now - at);
    [used, at] = [nowUsed, now];
  }

  // A turn of its own: what came before is not counted.
  await nextTurn();
  look();
  [heldMs, stoodMs] = [0, 0];
  const timer = setInterval(look, EACH_MS);
  try {
    const result = await run();
    // What it did last, in the turn that ended it.
    look();
    return { result, heldMs, stoodMs };
  } finally {
    clearInterval(timer);
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** Processor time of this thread so far, in milliseconds. */
function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
