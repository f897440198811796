import { NO_RESERVE, type Reserve } from '../../lib/db/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Attempt } from './attempt.ts';

/** How many refreshes are under way in a process at most: the answer of each may have to be held in memory. */
export const MOST_UNDER_WAY = 1_000;
/** How long an answer is held before new refreshes are refused and the process is not ready, in milliseconds. */
export const STUCK_MS = 2_000;

/** An answer that is in this memory alone. */
export interface Held {
  readonly connectionId: string;
  readonly attempt: Attempt;
  /** Since when, in milliseconds of the monotonic clock. */
  readonly since: number;
}

/**
 * What this process knows of refreshes that the database does not: how many are under way, and the answers that could
 * not be written down. The refresh token before such an answer may be spent, so nobody may send it again.
 */
export interface Unwritten {
  /**
   * Takes a place for a refresh that is about to be sent.
   * @returns gives the place back
   * @throws KeyferryError database_unwritable, busy: its answer could not be written down, so nothing may be sent
   */
  enter(): () => void;
  /** Holds an answer until it is written. @returns lets it go */
  hold(connectionId: string, attempt: Attempt): () => void;
  /** The answer that is held for a version of a connection. */
  of(connectionId: string, version: number): Held | null;
  /** Calls back once an answer is held for a connection. @returns stops that */
  whenHeld(connectionId: string, tell: () => void): () => void;
  /** Frees the room that was kept on the disk. */
  makeRoom(): void;
  /** What keeps refreshes from being sent, in a few words; null: nothing. */
  trouble(): string | null;
  /** All that are held. */
  all(): readonly Held[];
  /** Aborted when the process ends and waits no longer. */
  readonly abandoned: AbortSignal;
  abandon(): void;
}

/** @param monotonic milliseconds */
export function createUnwritten(monotonic: () => number, reserve: Reserve = NO_RESERVE): Unwritten {
  const abandoning = new AbortController();
  const held = new Map<string, Held>();
  const waiting = new Set<{ readonly connectionId: string; readonly tell: () => void }>();
  let underWay = 0;

  /** While something is held, the room that is kept is needed for that. */
  function trouble(): string | null {
    const stuck = [...held.values()].filter(({ since }) => monotonic() - since > STUCK_MS).length;
    if (stuck > 0) return `${stuck} answers of providers cannot be written to the database`;
    return held.size > 0 || reserve.keep() ? null : 'the disk of the database is full';
  }

  return {
    enter() {
      if (underWay >= MOST_UNDER_WAY) {
        throw new KeyferryError('busy', 'Too many refreshes are under way.', { retryAfterMs: 1_000 });
      }
      const why = trouble();
      if (why !== null) throw unwritable(why);
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
    hold(connectionId, attempt) {
      held.set(attempt.id, { connectionId, attempt, since: monotonic() });
      for (const one of waiting) if (one.connectionId === connectionId) one.tell();
      return () => void held.delete(attempt.id);
    },
    of(connectionId, version) {
      if (held.size === 0) return null;
      const mine = [...held.values()].filter(one => one.connectionId === connectionId);
      return mine.find(({ attempt }) => attempt.version === version) ?? null;
    },
    whenHeld(connectionId, tell) {
      const one = { connectionId, tell };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    makeRoom: () => reserve.free(),
    trouble,
    all: () => [...held.values()],
    abandoned: abandoning.signal,
    abandon: () => abandoning.abort(),
  };
}

function unwritable(why: string): KeyferryError {
  return new KeyferryError('database_unwritable', `No refresh is sent: ${why}.`, {
    remedy: 'Make room on the disk of the database, or give back the right to write; then repeat.',
    retryAfterMs: 30_000,
  });
}
