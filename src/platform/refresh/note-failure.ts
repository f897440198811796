import { backoffMs } from '../../lib/backoff.ts';
import type { KeyferryError } from '../../protocol/index.ts';
import { type ConnectionRow, insertEvent, markFailed } from '../store/index.ts';
import type { RefreshContext } from './fresh-credential.ts';

/** Milliseconds between refreshes of one connection that fail in a row. */
export const RETRY = { firstMs: 1_000, ceilingMs: 60_000 };

/**
 * Notes on the row that its refresh failed, and when the next one may be tried. The event and the log line
 * are written when the state or its reason changes, not at every try.
 * @param failure.reason a few words for the log, without a secret
 */
export async function noteFailure(
  { database, effects }: Pick<RefreshContext, 'database' | 'effects'>,
  row: ConnectionRow,
  { error, reason }: { error: KeyferryError; reason: string },
): Promise<void> {
  const { id, version, externalUserId, appSlug } = row;
  const at = effects.now();
  const status = error.code === 'needs_reconnect' ? 'needs_reconnect' : 'failing';
  const retryAt = at + backoffMs(RETRY, row.failures + 1, effects.random(), error.retryAfterMs);
  const changed = row.status !== status || row.statusReason !== error.code;
  await database.db.transaction().execute(async trx => {
    const noted = await markFailed(trx, { id, version, status, reason: error.code, retryAt }, at);
    if (!noted || !changed) return;
    const kind = `connection.${status}` as const;
    const event = { actor: 'platform', connectionId: id, externalUserId, appSlug } as const;
    await insertEvent(trx, { kind, ...event, detail: error.code }, at);
  });
  if (changed)
    effects.log.warn({ connectionId: id, app: appSlug, code: error.code, reason }, 'refresh failed');
}
