import { acquireLease, type Lease, releaseLease } from '../../lib/lease.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { DEADLINE_MS } from '../context.ts';
import { type Grant, leaseName, loadGrant } from '../vault/index.ts';
import { needsReconnect } from './errors.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { refreshAtProvider } from './refresh-at-provider.ts';

/** A newer grant, and whether it is this refresh that made it. */
export interface Renewed {
  readonly grant: Grant;
  readonly refreshed: boolean;
}

/** Longer than the deadlines of the two requests made under it and the write after them, in milliseconds. */
export const LEASE_MS = 3 * DEADLINE_MS;
const POLL_MS = 250;
/** 22 s: more than another process's request may take, the token of the app before it included. */
const POLLS = 88;

/**
 * Gets a newer grant than `seen` under the lease of its connection: what another process has stored
 * meanwhile if it serves, else the provider's.
 * @throws KeyferryError busy when another process holds the lease for too long
 */
export async function renew(
  context: RefreshContext,
  seen: Grant,
  serves: (grant: Grant) => boolean,
): Promise<Renewed> {
  const { id } = seen.row;
  const lease = await waitForLease(context, seen, serves);
  if (!('owner' in lease)) return lease;
  try {
    const current = await loadGrant(context, id);
    if (current.row.status === 'needs_reconnect') throw needsReconnect(current.row.appSlug);
    const newer = current.row.version !== seen.row.version;
    return newer && serves(current)
      ? { grant: current, refreshed: false }
      : await refreshAtProvider(context, current);
  } finally {
    await releaseLease(context.database, lease);
  }
}

/** The lease, or what its holder has stored while we waited for it. */
async function waitForLease(
  context: RefreshContext,
  seen: Grant,
  serves: (grant: Grant) => boolean,
): Promise<Lease | Renewed> {
  const { database, effects } = context;
  const name = leaseName(seen.row.id);
  for (let poll = 1; ; poll += 1) {
    const lease = await acquireLease(database, name, LEASE_MS);
    if (lease !== null) return lease;
    const current = await loadGrant(context, seen.row.id);
    if (current.row.version !== seen.row.version && serves(current)) {
      return { grant: current, refreshed: false };
    }
    if (poll === POLLS) {
      throw new KeyferryError('busy', 'Another process is refreshing this connection.', {
        retryAfterMs: 1_000,
      });
    }
    await effects.sleep(POLL_MS);
  }
}
