import { type Backoff, backoffMs } from './backoff.ts';
import type { Effects } from './effects.ts';

/** What went wrong with one, as far as it says something about all that go the same way. */
export interface LaneFault {
  /** How long the other side wants to be left alone, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;
  /** It is the same for all: there is no point in asking for the next one at once. */
  readonly all: boolean;
}

/** `well`: the other side works. `aside`: nothing was learnt about it. */
export type Ended = 'well' | 'aside' | LaneFault;

export interface LaneWork<Item> {
  /** How many are under way at once, where the other side keeps up. */
  readonly width: number;
  /** How long it is left alone when it fails one after another, in milliseconds. */
  readonly rest: Backoff;
  /** Takes what is due. @param free how many at most */
  claim(free: number): Promise<readonly Item[]>;
  /** Does one. Never rejects. */
  handle(item: Item): Promise<Ended>;
  /** After that nothing more is claimed. */
  isClosing(): boolean;
}

/** Work that goes to one other side, apart from all other work: who hangs holds up nobody else's. */
export interface Lane {
  /**
   * Does what is due, until there is no more. A call while one is under way has it look again, and waits for the same.
   * @returns how many were handled
   */
  run(): Promise<number>;
  /** Resolves when nothing is under way. */
  ended(): Promise<void>;
}

/**
 * Makes a lane. As the other side fails, fewer are sent at once, down to one, then with rests between; as it works,
 * more. Nothing is claimed that is not sent at once. Scope: this process.
 */
export function createLane<Item>(
  work: LaneWork<Item>,
  { now, random }: Pick<Effects, 'now' | 'random'>,
): Lane {
  const underWay = new Set<Promise<void>>();
  let width = work.width;
  let rests = 0;
  let restUntil = 0;
  let running: Promise<number> | null = null;
  // One promise a round: a race over those under way would leave a reaction a round at the slowest of them.
  let stirred = false;
  let stir: () => void = () => undefined;

  function look(): void {
    stirred = true;
    stir();
  }

  async function something(): Promise<void> {
    if (!stirred) {
      await new Promise<void>(resolve => {
        stir = resolve;
      });
    }
    stirred = false;
  }

  function isResting(): boolean {
    const left = restUntil - now();
    // Longer than any rest: the clock was set back.
    return left > 0 && left <= work.rest.ceilingMs;
  }

  async function claim(): Promise<readonly Item[]> {
    const free = width - underWay.size;
    // Half a lane at a time: one statement for many.
    if (work.isClosing() || isResting() || free < width / 2) return [];
    return work.claim(free);
  }

  async function handle(item: Item): Promise<void> {
    const ended = await work.handle(item);
    if (ended === 'aside') return;
    if (ended !== 'well') return slowDown(ended);
    rests = 0;
    width = Math.min(work.width, width + 1);
  }

  function slowDown({ retryAfterMs, all }: LaneFault): void {
    const goesOn = width > 1 && !all;
    width = Math.max(1, Math.floor(width / 2));
    if (goesOn || isResting()) return;
    rests += 1;
    // What one is told to wait may be its own limit: longer than the longest rest the others do not wait for it.
    const asked = Math.min(retryAfterMs ?? 0, work.rest.ceilingMs);
    restUntil = now() + backoffMs(work.rest, rests, random(), asked);
  }

  async function drain(): Promise<number> {
    let handled = 0;
    for (;;) {
      stirred = false;
      const claimed = await claim();
      handled += claimed.length;
      for (const item of claimed) {
        const one = handle(item).finally(() => {
          underWay.delete(one);
          look();
        });
        underWay.add(one);
      }
      if (claimed.length === 0 && underWay.size === 0 && !stirred) {
        // In this turn: who calls from now on begins anew.
        running = null;
        return handled;
      }
      await something();
    }
  }

  return {
    run() {
      look();
      running ??= drain().catch(error => {
        running = null;
        throw error;
      });
      return running;
    },
    async ended() {
      await running?.catch(() => undefined);
      await Promise.all(underWay);
    },
  };
}
