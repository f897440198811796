import { extendLease, type Lease } from '../../lib/lease.ts';
import { noteAttemptFault } from '../store/index.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { LEASE_MS, LeaseShort } from './lease.ts';
import { type Settled, takeOver } from './take-over.ts';

/** How long a process that may hold an answer in its memory is given to write it down, in milliseconds. */
export const HOLD_BACK_MS = 15_000;
const LOOK_MS = 1_000;

/**
 * Waits for an answer that another process may still hold: it could not reach the database, or had no room to write.
 * Such a process tries each second, so it writes soon after the database takes anything again. That it does take
 * something is shown by the lease, which is extended at each look: all looks in a row succeed, or nothing is sent.
 * Attempts whose sender has said why there is no answer, or was waited for once, are not waited for.
 * @returns what is settled now, and the lease as it holds now
 * @throws LeaseShort
 */
export async function awaitHolder(
  context: RefreshContext,
  settled: Settled,
  held: Lease,
): Promise<{ readonly settled: Settled; readonly lease: Lease }> {
  const { database, effects } = context;
  const { id, version } = settled.grant.row;
  let [now, lease] = [settled, held];
  for (let waited = 0; now.silent.length > 0; waited += LOOK_MS) {
    const extended = await extendLease(database, lease, LEASE_MS, effects.monotonic);
    if (extended === null) throw new LeaseShort('the lease is another holder’s');
    lease = extended;
    if (waited >= HOLD_BACK_MS) break;
    await effects.sleep(LOOK_MS);
    now = await takeOver(context, id);
    if (now.grant.row.version !== version) return { settled: now, lease };
  }
  for (const attempt of now.silent) await noteAttemptFault(database.db, { id: attempt.id, fault: SILENT });
  return { settled: now, lease };
}

const SILENT =
  'its process ended, or lost the database, between sending it and writing the answer down; it was waited for in vain';
