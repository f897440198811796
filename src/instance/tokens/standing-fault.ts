import { forcedRefreshWait, isOAuthApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { type CredentialRow, PROVIDER_REFUSED } from '../store/index.ts';
import { endpointMissing, type FaultCode, fault, needsReconnect, REMEDIES } from './faults.ts';
import type { Held } from './held.ts';
import { findEndpoint } from './sync-client.ts';

/**
 * What asking the platform would not change: the grant is dead, there is nobody to ask, the last refresh failed
 * and the next is not due, or the token that was refused came just now.
 * @param rejected the token that the provider refused, or null
 * @returns the error of the failure that stands on the row, or null
 */
export function standingFault(
  context: Pick<InstanceContext, 'config' | 'effects' | 'catalogue'>,
  { row, credential }: Held,
  rejected: string | null,
): KeyferryError | null {
  const forced = rejected === credential.accessToken ? forcedTooSoon(context, row) : null;
  if (forced !== null) return forced;
  const { status, statusReason, retryAt } = row;
  // That the provider takes no token says nothing about the platform; the wait on the row is an older one's.
  if (status === 'working' || statusReason === PROVIDER_REFUSED) return null;
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

/** An API that refuses every token must not make a refresh of each call. The row says when the last one was. */
function forcedTooSoon(
  { catalogue, effects }: Pick<InstanceContext, 'catalogue' | 'effects'>,
  { appId, refreshedAt, forcedAt }: CredentialRow,
): KeyferryError | null {
  const app = catalogue.get(appId);
  const limit = app && isOAuthApp(app) ? app.credential.oauth.refreshLimit : null;
  const retryAfterMs = forcedRefreshWait(limit, { refreshedAt, forcedAt }, effects.now());
  if (retryAfterMs === 0) return null;
  return new KeyferryError('provider_busy', 'The token was refreshed just now, and is reported as refused.', {
    remedy:
      'Where the API refuses each fresh token, look at the permissions of the app and of the user there.',
    retryAfterMs,
  });
}
