import { setImmediate as nextTurn } from 'node:timers/promises';
import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { PlatformContext } from './context.ts';
import { deleteOldAttempts, deleteOldEvents, deleteOldSessions, deleteTold } from './store/index.ts';

/** How long events are kept: 90 days, in milliseconds. */
export const EVENTS_KEPT_MS = 90 * 86_400_000;
/** How long an ended session is kept: longer than an attempt may still be under way, in milliseconds. */
export const SESSIONS_KEPT_MS = 3_600_000;
/**
 * How long the trace of a refresh without a known end is kept, 30 days: far longer than a process that sent it
 * can have been asleep. Its connection's next refresh ends it sooner. Milliseconds.
 */
export const ATTEMPTS_KEPT_MS = 30 * 86_400_000;

/** How long what the host was told is kept: 7 days, and 90 where it did not take it. Milliseconds. */
export const TOLD_KEPT_MS = { done: 7 * 86_400_000, stopped: EVENTS_KEPT_MS };

/** Deletes what is past its time, until it is told to end. Never rejects. */
export async function prune(
  { database, effects, signIn }: Pick<PlatformContext, 'database' | 'effects' | 'signIn'>,
  ending: AbortSignal = new AbortController().signal,
): Promise<void> {
  const inBatches = (deleteSome: () => Promise<number>) => repeat(deleteSome, ending);
  const now = effects.now();
  try {
    await inBatches(() => deleteOldEvents(database.db, now - EVENTS_KEPT_MS));
    await inBatches(() => deleteOldSessions(database.db, now - SESSIONS_KEPT_MS));
    await pruneSignIn(database.db, signIn.tables, now);
    const told = { done: now - TOLD_KEPT_MS.done, stopped: now - TOLD_KEPT_MS.stopped };
    await inBatches(() => deleteTold(database.db, told));
    await inBatches(() => deleteOldAttempts(database.db, now - ATTEMPTS_KEPT_MS));
  } catch (error) {
    effects.log.error({ err: error }, 'prune failed');
  }
}

/** Repeats a delete until there is no more, and lets others have their turn between: SQLite's hold the thread. */
async function repeat(deleteSome: () => Promise<number>, ending: AbortSignal): Promise<void> {
  while (!ending.aborted && (await deleteSome()) > 0) await nextTurn();
}
