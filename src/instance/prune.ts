import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { InstanceContext } from './context.ts';
import { EVENTS_AT_ONCE, EVENTS_KEPT_MS, pruneEvents } from './store/index.ts';

/** How long others have the database between two batches, in milliseconds. */
const PAUSE_MS = 50;

type Context = Pick<InstanceContext, 'database' | 'effects' | 'signIn'>;

/** Deletes what is past its time. Never rejects. */
export async function prune({ database, effects, signIn }: Context, ending: AbortSignal): Promise<void> {
  const now = effects.now();
  try {
    await pruneSignIn(database.db, signIn.tables, now);
    while (!ending.aborted) {
      if ((await pruneEvents(database, now - EVENTS_KEPT_MS)) < EVENTS_AT_ONCE) break;
      await effects.sleep(PAUSE_MS, ending);
    }
  } catch (err) {
    effects.log.error({ err }, 'prune failed');
  }
}
