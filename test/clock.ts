export interface HeldClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

/** A clock that stands still until it is told to move. */
export function heldClock(start: number = Date.UTC(2026, 0, 15, 12)): HeldClock {
  let at = start;
  return {
    now: () => at,
    advance(ms) {
      at += ms;
    },
  };
}
