import { type Backoff, backoffMs } from './backoff.ts';

export interface CircuitBreakerOptions {
  /** So many failures in a row open it. */
  readonly threshold: number;
  /** How long it stays open: grows with each probe that fails. */
  readonly backoff: Backoff;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface BreakerState {
  /** `half_open`: one try is under way, the others wait for its outcome. */
  readonly state: 'closed' | 'open' | 'half_open';
  /** Failures in a row that count. */
  readonly failures: number;
  /** When the first of them came, in epoch milliseconds; null while there is none. */
  readonly since: number | null;
  /** Epoch milliseconds; null while it is closed. */
  readonly nextTryAt: number | null;
}

/** One try. Exactly one of its outcomes is told; what is told after the first one is not heard. */
export interface Attempt {
  succeeded(): void;
  /**
   * @param subject whose fault it may be: failures of one subject count once, so that one bad subject does not shut
   * out the others. Left out where it is certainly nobody's, such as where nothing answers
   */
  failed(subject?: string): void;
  /** Nothing was learnt, for instance because nothing was sent. */
  dropped(): void;
}

export interface CircuitBreaker {
  /** How long no try may be made, in milliseconds; 0: one may be made now. Takes nothing. */
  waitMs(): number;
  /**
   * Takes the right to try: always while closed, for one at a time once the wait is over.
   * @param force a person asks: do not wait
   * @returns null where it has to wait
   */
  attempt(force?: boolean): Attempt | null;
  state(): BreakerState;
}

/**
 * Keeps callers from something that does not answer: after some failures in a row they are turned away
 * without a try, until a wait is over and one of them may probe. Scope: this process.
 */
export function circuitBreaker({ threshold, backoff, now, random }: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let since: number | null = null;
  let nextTryAt: number | null = null;
  let openings = 0;
  let probe: Attempt | null = null;
  const subjects = new Set<string>();

  function open(): void {
    nextTryAt = now() + backoffMs(backoff, openings, random());
  }

  function close(): void {
    failures = 0;
    since = null;
    nextTryAt = null;
    openings = 0;
    subjects.clear();
  }

  function waitMs(): number {
    if (nextTryAt === null) return 0;
    if (probe !== null) return backoff.firstMs;
    const wait = nextTryAt - now();
    // Longer than any wait: the clock was set back.
    return wait > backoff.ceilingMs ? 0 : Math.max(0, wait);
  }

  function attempt(force = false): Attempt | null {
    if (waitMs() > 0 && !force) return null;
    let over = false;
    const begun: Attempt = {
      succeeded() {
        // Also of a try that began before it opened: whoever answers is there.
        if (finish()) close();
      },
      failed(subject) {
        const probed = probe === begun;
        if (!finish()) return;
        since ??= now();
        // What began before it opened tells nothing new.
        if (nextTryAt !== null && !probed) return;
        const closed = nextTryAt === null;
        if (subject === undefined || !subjects.has(subject)) {
          failures += 1;
          if (!closed) openings += 1;
        }
        if (subject !== undefined) subjects.add(subject);
        if (closed && failures < threshold) return;
        if (closed) openings = 1;
        open();
      },
      dropped: () => void finish(),
    };
    function finish(): boolean {
      if (over) return false;
      over = true;
      if (probe === begun) probe = null;
      return true;
    }
    if (nextTryAt !== null) probe ??= begun;
    return begun;
  }

  return {
    waitMs,
    attempt,
    state: () => ({
      state: nextTryAt === null ? 'closed' : probe === null ? 'open' : 'half_open',
      failures,
      since,
      nextTryAt,
    }),
  };
}
