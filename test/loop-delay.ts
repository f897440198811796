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
  // A turn of its own: what came before is not counted.
  await new Promise(resolve => setImmediate(resolve));
  const loop = watchEachTurn();
  try {
    const result = await run();
    return { result, ...loop.take() };
  } finally {
    loop.stop();
  }
}

export interface LoopWatch {
  /** The longest since it was last asked. */
  take(): Omit<Watched<unknown>, 'result'>;
  stop(): void;
}

/** Watches the loop of this thread from now on. */
export function watchEachTurn(): LoopWatch {
  let [used, at] = [usedMs(), performance.now()];
  let [heldMs, stoodMs] = [0, 0];

  function look(): void {
    const [nowUsed, now] = [usedMs(), performance.now()];
    heldMs = Math.max(heldMs, nowUsed - used);
    stoodMs = Math.max(stoodMs, now - at);
    [used, at] = [nowUsed, now];
  }
  // It keeps no process alive.
  const timer = setInterval(look, EACH_MS).unref();
  return {
    take() {
      // What was done last, in the turn that asks.
      look();
      const longest = { heldMs, stoodMs };
      [heldMs, stoodMs] = [0, 0];
      return longest;
    },
    stop: () => clearInterval(timer),
  };
}

/** Processor time of this thread so far, in milliseconds. */
function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
