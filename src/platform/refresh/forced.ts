import { forcedRefreshWait } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { findOAuthApp, type Grant } from '../vault/index.ts';
import type { RefreshContext } from './fresh-credential.ts';

/**
 * Refuses a refresh of a grant that was refreshed just now, to the caller who says that the provider refuses what came
 * of it: another token would be refused as well, and each one counts at the provider. The row says when that was, so
 * it holds over all processes and restarts; under the lease it is exact.
 * @param rejected whether the caller was told that the provider refuses an access token
 * @throws KeyferryError provider_busy
 */
export function refuseForced(
  context: Pick<RefreshContext, 'catalogue' | 'effects'>,
  { row, credential }: Grant,
  rejected: (accessToken: string) => boolean,
): void {
  const { refreshLimit } = findOAuthApp(context, row.appSlug).credential.oauth;
  const wait = forcedRefreshWait(refreshLimit, row.refreshedAt, context.effects.now());
  if (wait === 0 || !rejected(credential.accessToken)) return;
  throw new KeyferryError('provider_busy', 'The token was refreshed just now, and is reported as refused.', {
    remedy:
      'Where the API refuses each fresh token, look at the permissions of the app and of the user there.',
    retryAfterMs: wait,
  });
}
