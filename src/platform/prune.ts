import { setImmediate as nextTurn } from 'node:timers/promises';
import { inBatches } from '../lib/db/index.ts';
import { EVENTS_KEPT_MS, type Events, pruneEvents, ROUTINE_KEPT_MS } from '../lib/prune-events.ts';
import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { PlatformContext } from './context.ts';
import {
  deleteDelivered,
  deleteOldAttempts,
  deleteOldSessions,
  deleteOrphans,
  deleteRefused,
  type UserPlace,
} from './store/index.ts';

/** How long an ended session is kept: longer than an attempt may still be under way, in milliseconds. */
export const SESSIONS_KEPT_MS = 3_600_000;
/**
 * How long the trace of a refresh without a known end is kept, 30 days: far longer than a process that sent it
 * can have been asleep. Its connection's next refresh ends it sooner. Milliseconds.
 */
export const ATTEMPTS_KEPT_MS = 30 * 86_400_000;

/** How long what was delivered is kept: 7 days, and 90 what the host did not take. Milliseconds. */
export const DELIVERED_KEPT_MS = { done: ROUTINE_KEPT_MS, refused: EVENTS_KEPT_MS };

const EVENTS: Events = { table: 'platform_event', routine: new Set(['connection.refreshed']) };

/** How many users at targets are looked at a round, in batches: those that follow come in the next. */
const BATCHES_OF_USERS = 100;

/** Where the next round goes on among the users at targets, by their store. */
const goOn = new WeakMap<object, UserPlace>();

/** Deletes what is past its time, until it is told to end. Never rejects. */
export async function prune(
  { database, effects, signIn }: Pick<PlatformContext, 'database' | 'effects' | 'signIn'>,
  ending: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { db } = database;
  const all = (deleteSome: () => Promise<number>) => inBatches(deleteSome, ending);
  const now = effects.now();
  try {
    await pruneEvents(database, EVENTS, { now, ending, pause: () => nextTurn() });
    await all(() => deleteOldSessions(db, now - SESSIONS_KEPT_MS));
    await pruneSignIn(db, signIn.tables, now, ending);
    await all(() => deleteDelivered(db, now - DELIVERED_KEPT_MS.done));
    await all(() => deleteRefused(db, now - DELIVERED_KEPT_MS.refused));
    await all(() => deleteOldAttempts(db, now - ATTEMPTS_KEPT_MS));
    await pruneUsers(database, ending);
  } catch (error) {
    effects.log.error({ err: error }, 'prune failed');
  }
}

async function pruneUsers(database: PlatformContext['database'], ending: AbortSignal): Promise<void> {
  for (let batch = 0; batch < BATCHES_OF_USERS && !ending.aborted; batch++) {
    const place = await deleteOrphans(database, goOn.get(database.db) ?? null);
    goOn.delete(database.db);
    if (place === null) return;
    goOn.set(database.db, place);
    await nextTurn();
  }
}
