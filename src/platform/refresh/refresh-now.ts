import { isOAuthApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { clearRetry, findConnection } from '../store/index.ts';
import { connectionNotFound, type Grant, loadGrant } from '../vault/index.ts';
import { freshCredential, type RefreshContext } from './fresh-credential.ts';

/** One that was refreshed this short a time ago is not refreshed again, in milliseconds. */
const JUST_NOW_MS = 10_000;

/**
 * Refreshes a connection because a person wants it: a back-off, or what the provider asked for with `Retry-After`, is
 * not waited for. A refresh that might end the grant is not sent for that.
 * @throws KeyferryError connection_not_found, not_a_token_app, needs_reconnect, app_keys_missing, provider_..., busy
 */
export async function refreshNow(context: RefreshContext, id: string): Promise<Grant> {
  const { catalogue, database, effects } = context;
  const row = await findConnection(database.db, id);
  if (row === null) throw connectionNotFound();
  const app = catalogue.get(row.appSlug);
  if (app === undefined || !isOAuthApp(app)) {
    throw new KeyferryError('not_a_token_app', `${row.appSlug} has no tokens that could be refreshed.`);
  }
  const sinceMs = row.refreshedAt === null ? Number.POSITIVE_INFINITY : effects.now() - row.refreshedAt;
  if (row.status === 'connected' && sinceMs >= 0 && sinceMs < JUST_NOW_MS) return loadGrant(context, id);
  await clearRetry(database.db, id);
  return freshCredential(context, id, { newerThan: row.version });
}
