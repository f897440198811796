import { FORCED_PAUSE_MS, forcedRefreshWait } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { claimForced } from '../store/index.ts';
import { findOAuthApp, type Grant } from '../vault/index.ts';
import type { RefreshContext } from './fresh-credential.ts';

type Rejected = (accessToken: string) => boolean;

/**
 * Refuses a refresh of a grant for which one was forced just now, to the caller who says that the provider refuses what
 * came of it: another token would be refused as well, and each one counts at the provider.
 * @param rejected whether the caller was told that the provider refuses an access token
 * @throws KeyferryError provider_busy
 */
export function refuseForced(
  context: Pick<RefreshContext, 'catalogue' | 'effects'>,
  { row, credential }: Grant,
  rejected: Rejected,
): void {
  const { refreshLimit } = findOAuthApp(context, row.appSlug).credential.oauth;
  const wait = forcedRefreshWait(refreshLimit, row, context.effects.now());
  if (wait > 0 && rejected(credential.accessToken)) throw tooSoon(wait);
}

/**
 * As `refuseForced`, under the lease and before the provider is asked; and notes on the row that it is.
 * @throws KeyferryError provider_busy
 */
export async function claimForcedRefresh(
  context: Pick<RefreshContext, 'catalogue' | 'database' | 'effects'>,
  grant: Grant,
  rejected: Rejected,
): Promise<void> {
  if (!rejected(grant.credential.accessToken)) return;
  refuseForced(context, grant, rejected);
  const { database, effects } = context;
  const claim = { id: grant.row.id, pauseMs: FORCED_PAUSE_MS, at: effects.now() };
  if (!(await claimForced(database.db, claim))) throw tooSoon(FORCED_PAUSE_MS);
}

function tooSoon(retryAfterMs: number): KeyferryError {
  return new KeyferryError('provider_busy', 'The token was refreshed just now, and is reported as refused.', {
    remedy:
      'Where the API refuses each fresh token, look at the permissions of the app and of the user there.',
    retryAfterMs,
  });
}
