import { backoffMs } from '../../lib/backoff.ts';
import type { Lease } from '../../lib/lease.ts';
import type { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { type CredentialRow, fenceOf, markFailed, PROVIDER_REFUSED } from '../store/index.ts';
import type { FaultCode } from './faults.ts';

/** Milliseconds between refreshes of one credential that fail in a row. */
const RETRY = { firstMs: 1_000, ceilingMs: 60_000 };

/** For how long a platform may ask to be left alone once the token has ended, in milliseconds. */
const LONGEST_OUT_MS = 3_600_000;

/** What no waiting mends: a new credential does, or a setting. */
const UNTIMED: ReadonlySet<string> = new Set<FaultCode>(['needs_reconnect', 'sync_endpoint_missing']);

/**
 * Notes on the row that its refresh failed, and when the next one may be tried. Log line and event come once an
 * incident.
 */
export async function noteFailure(
  { database, effects }: Pick<InstanceContext, 'database' | 'effects'>,
  row: CredentialRow,
  error: KeyferryError,
  lease: Lease,
): Promise<void> {
  const { id, version, userId, appId: app } = row;
  const { code } = error;
  const at = effects.now();
  const counted = row.status === 'failing' && row.statusReason !== PROVIDER_REFUSED;
  const failures = counted ? row.failures : 0;
  const wait = backoffMs(RETRY, failures + 1, effects.random(), error.retryAfterMs);
  // However long a platform asks to be left alone: a user without a token waits an hour at most.
  const latest =
    row.expiresAt === null ? Number.POSITIVE_INFINITY : Math.max(row.expiresAt, at + LONGEST_OUT_MS);
  const began = await markFailed(database, {
    id,
    version,
    status: code === 'needs_reconnect' ? 'needs_reconnect' : 'failing',
    retryAt: UNTIMED.has(code) ? null : Math.min(at + wait, latest),
    reason: code,
    at,
    ...fenceOf(lease),
  });
  if (began) effects.log.warn({ userId, app, code, err: error }, 'refresh failed');
}
