import { acquireLease, type Lease, releaseLease } from '../../lib/lease.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { type Grant, leaseName, loadGrant } from '../vault/index.ts';
import { needsReconnect } from './errors.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { LEASE_MS, LeaseShort } from './lease.ts';
import { refreshAtProvider } from './refresh-at-provider.ts';
import { takeOver } from './take-over.ts';

/** A newer grant, and whether it is this refresh that made it. */
export interface Renewed {
  readonly grant: Grant;
  readonly refreshed: boolean;
}

/** What a caller takes. */
export interface Wanted {
  /** Whether a grant is what the caller wants. */
  readonly serves: (grant: Grant) => boolean;
  /** Whether its token still works at all. */
  readonly holds: (grant: Grant) => boolean;
  /** Whether the caller was told that the provider refuses this access token. */
  readonly rejected: (accessToken: string) => boolean;
}

const POLL_MS = 250;
/** 22 s: longer than a provider usually takes. */
const POLLS = 88;
const LEASES = 3;

/**
 * Gets a newer grant than `seen` under the lease of its connection: what another process has stored or left
 * meanwhile if it serves, else the provider's.
 * @throws KeyferryError busy when another process holds the lease for too long
 */
export async function renew(context: RefreshContext, seen: Grant, wanted: Wanted): Promise<Renewed> {
  for (let leases = 1; leases <= LEASES; leases += 1) {
    const lease = await waitForLease(context, seen, wanted);
    if (!('owner' in lease)) return lease;
    try {
      return await underLease(context, seen, { lease, wanted });
    } catch (error) {
      // This process was asleep, or the database slow: what is left of the lease is not enough.
      if (!(error instanceof LeaseShort)) throw error;
    } finally {
      // It ends by itself where the database takes nothing now, and what came of the refresh counts.
      await releaseLease(context.database, lease).catch(error => {
        context.effects.log.warn({ err: error, lease: lease.name }, 'lease not released');
      });
      context.effects.step?.('refresh.released');
    }
  }
  throw busy('This process is too slow to refresh it.');
}

async function underLease(
  context: RefreshContext,
  seen: Grant,
  { lease, wanted }: { lease: Lease; wanted: Wanted },
): Promise<Renewed> {
  context.effects.step?.('refresh.leased');
  const settled = await takeOver(context, seen.row.id);
  const { grant } = settled;
  if (grant.row.status === 'needs_reconnect') throw needsReconnect(grant.row.appSlug);
  const newer = grant.row.version !== seen.row.version;
  return newer && wanted.serves(grant)
    ? { grant, refreshed: false }
    : await refreshAtProvider(context, settled, { lease, wanted });
}

/** The lease, or what its holder has stored while we waited for it. */
async function waitForLease(context: RefreshContext, seen: Grant, wanted: Wanted): Promise<Lease | Renewed> {
  const { database, effects } = context;
  const name = leaseName(seen.row.id);
  for (let poll = 1; ; poll += 1) {
    const lease = await acquireLease(database, name, LEASE_MS, effects.monotonic);
    if (lease !== null) return lease;
    const current = await loadGrant(context, seen.row.id);
    if (current.row.version !== seen.row.version && wanted.serves(current)) {
      return { grant: current, refreshed: false };
    }
    if (poll === POLLS) throw busy('Another process is refreshing this connection.');
    await effects.sleep(POLL_MS);
  }
}

function busy(message: string): KeyferryError {
  return new KeyferryError('busy', message, { retryAfterMs: 1_000 });
}
