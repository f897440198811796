import type { Effects } from '../effects.ts';

/** What was counted. */
export interface Counted<Value> {
  readonly value: Value;
  /** When it was counted, in epoch milliseconds; null: for this very caller. */
  readonly asOf: number | null;
}

/** Up to so many rows are counted each time anybody asks: that takes milliseconds, and is never behind. */
export const COUNTED_EACH_TIME = 5_000;
/** For how long a count of more is kept at least, in milliseconds. */
export const KEPT_MS = 10_000;
/** And for how many times as long as it took. */
const KEPT_TIMES = 20;
/** Beyond this age it is not given any more, in milliseconds: whoever asks waits for the new one. */
export const OLDEST_MS = 600_000;

interface Kept<Value> {
  readonly value: Value;
  /** When it was begun to be counted: epoch milliseconds, and by the monotonic clock. */
  readonly asOf: number;
  readonly at: number;
  /** How old it may become before it is counted anew, in milliseconds. */
  readonly freshMs: number;
}

/**
 * Keeps a count in this process. Few rows are counted for each who asks. A count of many is given as it was counted
 * last, with its time, and counted anew behind.
 * @param rowsIn how many rows a count was of
 * @returns what gives the count; it throws what `count` does
 */
export function keptCount<Value>(
  count: () => Promise<Value>,
  rowsIn: (value: Value) => number,
  { now, monotonic }: Pick<Effects, 'now' | 'monotonic'>,
): () => Promise<Counted<Value>> {
  let kept: Kept<Value> | null = null;
  let counting: Promise<Kept<Value>> | null = null;

  async function countNow(): Promise<Kept<Value>> {
    const [asOf, at] = [now(), monotonic()];
    const value = await count();
    const freshMs = Math.max(KEPT_MS, KEPT_TIMES * (monotonic() - at));
    kept = { value, asOf, at, freshMs };
    return kept;
  }

  function countOnce(): Promise<Kept<Value>> {
    counting ??= countNow().finally(() => {
      counting = null;
    });
    return counting;
  }

  return async function read() {
    const last = kept ?? (await countOnce());
    if (rowsIn(last.value) <= COUNTED_EACH_TIME) return { value: (await countNow()).value, asOf: null };
    const ageMs = monotonic() - last.at;
    if (ageMs > OLDEST_MS) return told(await countOnce());
    // One that fails behind is tried again by the next who asks.
    if (ageMs > last.freshMs) countOnce().catch(() => undefined);
    return told(last);
  };
}

function told<Value>({ value, asOf }: Kept<Value>): Counted<Value> {
  return { value, asOf };
}
