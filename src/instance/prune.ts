import { type Events, pruneEvents } from '../lib/prune-events.ts';
import { pruneSignIn } from '../lib/sign-in/index.ts';
import type { InstanceContext } from './context.ts';

/** How long others have the database between two batches, in milliseconds. */
const PAUSE_MS = 50;

const EVENTS: Events = { table: 'event', routine: new Set(['credential.pushed', 'credential.refreshed']) };

type Context = Pick<InstanceContext, 'database' | 'effects' | 'signIn'>;

/** Deletes what is past its time. Never rejects. */
export async function prune({ database, effects, signIn }: Context, ending: AbortSignal): Promise<void> {
  const now = effects.now();
  try {
    await pruneSignIn(database.db, signIn.tables, now, ending);
    await pruneEvents(database, EVENTS, { now, ending, pause: () => effects.sleep(PAUSE_MS, ending) });
  } catch (err) {
    effects.log.error({ err }, 'prune failed');
  }
}
