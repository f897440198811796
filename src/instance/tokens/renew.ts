import { acquireLease, releaseLease } from '../../lib/lease.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { leaseName } from '../store/index.ts';
import { askAndStore, LEASE_MS } from './ask-and-store.ts';
import type { Held } from './held.ts';
import { standingFault } from './standing-fault.ts';
import { type AskedFor, SYNC_DEADLINE_MS } from './sync-client.ts';

export type RenewContext = Pick<
  InstanceContext,
  'config' | 'database' | 'catalogue' | 'effects' | 'outbound' | 'platform'
>;

/** What a caller wants in the place of what is stored. */
export interface Wish extends AskedFor {
  /** A person asks: neither a dead mark nor a back-off counts. */
  readonly now: boolean;
  /** Reads the row again. @throws KeyferryError where it cannot be used any more */
  readonly load: () => Promise<Held>;
  /** Whether a credential does. */
  readonly serves: (held: Held) => boolean;
}

/** How long a caller waits for another process's refresh, in milliseconds. */
const WAIT_MS = SYNC_DEADLINE_MS + 2_000;

/**
 * Gets a newer credential than `seen`, under the lease of its row: one that another has stored meanwhile, else the
 * platform's. What it finds on the row counts, so that many processes that wait for one refresh share its failure
 * too.
 * @throws KeyferryError: each way to fail has its own code
 */
export async function renew(context: RenewContext, wish: Wish, seen: Held): Promise<Held> {
  const { database, effects } = context;
  const name = leaseName(seen.row.id);
  const deadline = effects.monotonic() + WAIT_MS;
  for (let pause = 20; ; pause = Math.min(pause * 2, 250)) {
    // A round more once the time is over: this process may have been paused, and all be done.
    const last = effects.monotonic() > deadline;
    const lease = await acquireLease(database, name, LEASE_MS, effects.monotonic);
    try {
      const current = await wish.load();
      if (isNewer(current, seen) && wish.serves(current)) return current;
      const standing = wish.now ? null : standingFault(context, current, wish.rejectedToken);
      if (standing !== null) throw standing;
      const renewed = lease && (await askAndStore(context, wish, current, lease));
      if (renewed) return renewed;
    } finally {
      if (lease) await releaseLease(database, lease);
    }
    if (last) {
      throw new KeyferryError('busy', 'Another process is refreshing this credential.', {
        retryAfterMs: 1_000,
      });
    }
    if (!lease) await effects.sleep(pause);
  }
}

/** Whether another has pushed or refreshed it since, or has been told that nothing is newer. */
function isNewer({ row }: Held, seen: Held): boolean {
  return row.version > seen.row.version || row.refreshedAt !== seen.row.refreshedAt;
}
