import { type Lease, leaseLeftMs } from '../../lib/lease.ts';
import type { Outbound } from '../../lib/outbound.ts';
import type { RefreshContext } from './fresh-credential.ts';

/**
 * How long a provider has to answer a refresh, in milliseconds. Longer than callers wait: an answer that
 * nobody waits for is stored all the same, and one that is given up may cost the grant.
 */
export const REFRESH_DEADLINE_MS = 30_000;
/** Longer than the deadline, and what is read and written around the request, in milliseconds. */
export const LEASE_MS = REFRESH_DEADLINE_MS + 15_000;

/** Nothing was sent: too little is left of the lease for an answer to come within it. */
export class LeaseShort extends Error {
  override readonly name = 'LeaseShort' as const;
}

/**
 * The way out under a lease: each request has the refresh's deadline, and none is sent that could outlast
 * the lease. Its use throws LeaseShort.
 */
export function within(
  { outbound, effects }: Pick<RefreshContext, 'outbound' | 'effects'>,
  lease: Lease,
): Outbound {
  return async (url, request) => {
    if (leaseLeftMs(lease, effects.monotonic()) < REFRESH_DEADLINE_MS) {
      throw new LeaseShort('too little is left of the lease');
    }
    return outbound(url, { ...request, deadlineMs: REFRESH_DEADLINE_MS });
  };
}
