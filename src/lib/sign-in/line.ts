import { KeyferryError } from '../../protocol/index.ts';

/** Who wants a place in a line. */
export interface Entrant {
  /** Whose places are counted together: an address, or an account. */
  readonly from: string;
  /** Ends the wait when the caller is gone, so that nobody holds a place that costs nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** What is done one after another, a bounded number of callers waiting. */
export interface Line {
  /**
   * Waits for a turn.
   * @returns ends the turn; call it once, however the work ended
   * @throws KeyferryError busy when too many wait, or the caller is gone
   */
  enter(entrant: Entrant): Promise<() => void>;
  /** Whether nobody is in it. */
  readonly idle: boolean;
}

export interface LineLimits {
  /** How many callers may wait. */
  readonly waiting: number;
}

interface Waiter extends Entrant {
  readonly admit: () => void;
  readonly refuse: () => void;
}

/**
 * Makes a line with one turn at a time. Entrants are served in turns by `from`, within one in the order in which
 * they came. A full line has room for a newcomer as long as another `from` has more places than the newcomer's: the
 * latest of that one is refused.
 */
export function createLine({ waiting: most }: LineLimits): Line {
  const waiting: Waiter[] = [];
  /** When each `from` was served last, of those that wait. */
  const served = new Map<string, number>();
  let turn = 0;
  let taken = false;

  function count(from: string): number {
    return waiting.reduce((all, one) => all + Number(one.from === from), 0);
  }

  /** @returns whether there is room now */
  function makeRoom(from: string): boolean {
    if (waiting.length < most) return true;
    const own = count(from);
    const longest = waiting.reduce((a, b) => (count(b.from) > count(a.from) ? b : a));
    if (count(longest.from) <= own + 1) return false;
    const latest = waiting.findLast(one => one.from === longest.from);
    latest?.refuse();
    return true;
  }

  function remove(waiter: Waiter): void {
    const index = waiting.indexOf(waiter);
    if (index >= 0) waiting.splice(index, 1);
  }

  function leave(): void {
    const lastOf = (one: Waiter) => served.get(one.from) ?? 0;
    const [first, ...others] = waiting;
    if (first === undefined) {
      taken = false;
      served.clear();
      return;
    }
    const next = others.reduce((a, b) => (lastOf(b) < lastOf(a) ? b : a), first);
    turn += 1;
    for (const from of served.keys()) if (count(from) === 0) served.delete(from);
    served.set(next.from, turn);
    next.admit();
  }

  return {
    get idle() {
      return !taken;
    },
    async enter(entrant) {
      if (entrant.signal?.aborted) throw busy();
      if (taken) await wait(entrant);
      else taken = true;
      let left = false;
      return function leaveOnce() {
        if (!left) leave();
        left = true;
      };
    },
  };

  function wait(entrant: Entrant): Promise<void> {
    if (!makeRoom(entrant.from)) throw busy();
    return new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => () => {
        remove(waiter);
        entrant.signal?.removeEventListener('abort', refuse);
        settle();
      };
      const refuse = end(() => reject(busy()));
      const waiter: Waiter = { ...entrant, admit: end(resolve), refuse };
      waiting.push(waiter);
      entrant.signal?.addEventListener('abort', refuse, { once: true });
    });
  }
}

function busy(): KeyferryError {
  return new KeyferryError('busy', 'Too many are signing in.', { retryAfterMs: 5_000 });
}
