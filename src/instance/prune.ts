import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { InstanceContext } from './context.ts';
import { EVENTS_AT_ONCE, EVENTS_KEPT_MS, pruneEvents } from './store/index.ts';

const HOUR_MS = 3_600_000;
/** How long others have the database between two batches, in milliseconds. */
const PAUSE_MS = 50;

type Context = Pick<InstanceContext, 'database' | 'effects' | 'signIn'>;

/** Prunes each hour, one round at a time. @returns what ends it, after the batch under way */
export function startPruning(context: Context): () => Promise<void> {
  const ending = new AbortController();
  let round: Promise<void> | null = null;
  const timer = setInterval(() => {
    round ??= prune(context, ending.signal).finally(() => {
      round = null;
    });
  }, HOUR_MS);
  timer.unref();
  return async function stop() {
    clearInterval(timer);
    ending.abort();
    await round;
  };
}

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
