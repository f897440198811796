import type { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import type { CredentialRow } from '../store/index.ts';
import { endpointMissing, type FaultCode, fault, needsReconnect, REMEDIES } from './faults.ts';
import { findEndpoint } from './sync-client.ts';

/**
 * What asking the platform would not change: the grant is dead, there is nobody to ask, or the last refresh failed
 * and the next is not due.
 * @returns the error of the failure that stands on the row, or null
 */
export function standingFault(
  context: Pick<InstanceContext, 'config' | 'effects'>,
  { status, statusReason, retryAt }: Pick<CredentialRow, 'status' | 'statusReason' | 'retryAt'>,
): KeyferryError | null {
  if (status === 'working') return null;
  if (status === 'needs_reconnect') return needsReconnect();
  if (statusReason === 'sync_endpoint_missing') {
    return findEndpoint(context) === null ? endpointMissing() : null;
  }
  const now = context.effects.now();
  const retryAfterMs = (retryAt ?? now) - now;
  if (retryAfterMs <= 0) return null;
  const code = isFaultCode(statusReason) ? statusReason : 'platform_busy';
  return fault(code, 'The last refresh failed, and the next is not due yet.', { retryAfterMs });
}

function isFaultCode(reason: string | null): reason is FaultCode {
  return reason !== null && Object.hasOwn(REMEDIES, reason);
}
