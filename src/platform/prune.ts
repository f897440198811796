import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { PlatformContext } from './context.ts';
import { deleteOldEvents, deleteOldSessions } from './store/index.ts';

/** How long events are kept: 90 days, in milliseconds. */
export const EVENTS_KEPT_MS = 90 * 86_400_000;
/** How long an ended session is kept: longer than an attempt may still be under way, in milliseconds. */
export const SESSIONS_KEPT_MS = 3_600_000;

/** Deletes what is past its time. Never rejects. */
export async function prune({
  database,
  effects,
  signIn,
}: Pick<PlatformContext, 'database' | 'effects' | 'signIn'>): Promise<void> {
  const now = effects.now();
  try {
    await deleteOldEvents(database.db, now - EVENTS_KEPT_MS);
    await deleteOldSessions(database.db, now - SESSIONS_KEPT_MS);
    await pruneSignIn(database.db, signIn.tables, now);
  } catch (error) {
    effects.log.error({ err: error }, 'prune failed');
  }
}
