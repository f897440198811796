import { refreshReply } from '../../apps/calcom/index.ts';
import { isOAuthApp } from '../../apps/index.ts';
import {
  KeyferryError,
  type SyncRequest,
  secretMatches,
  tokenFingerprint,
  writeCredential,
} from '../../protocol/index.ts';
import { freshCredential, type RefreshContext } from '../refresh/index.ts';
import { type ConnectionRow, findConnectionAt, noteUse } from '../store/index.ts';
import type { Target } from '../targets.ts';
import { findApp } from '../vault/index.ts';

/**
 * A working credential for a target, in the shape that its reader knows.
 * @param asked.rejected the fingerprint of the token that the provider refused, or null
 * @param asked.minimumMs how long the token must still hold, in milliseconds
 * @throws KeyferryError app_not_found, user_not_found, connection_not_found, needs_reconnect, and what a
 * refresh throws
 * @see docs/protocol.md#4
 */
export async function answerSync(
  context: RefreshContext,
  target: Target,
  { request, rejected, minimumMs }: { request: SyncRequest; rejected: string | null; minimumMs: number },
): Promise<Record<string, unknown>> {
  const { calcomUserId, appSlug } = request;
  const app = findApp(context, appSlug);
  if (!isOAuthApp(app)) {
    throw new KeyferryError('app_not_found', `${app.name} has no tokens to ask for.`, {
      remedy: 'Its credential is pushed whole, and never refreshed.',
    });
  }
  const found = await findConnectionAt(context.database.db, { targetId: target.id, calcomUserId, appSlug });
  if (found === null) {
    throw new KeyferryError('user_not_found', 'Nobody here has this user id.', {
      remedy: 'A user is known once an app is connected for them.',
    });
  }
  if (found.connectionId === null) {
    throw new KeyferryError('connection_not_found', `This user has not connected ${appSlug}.`, {
      remedy: 'Give the user a link: POST /api/keyferry/v1/connect-sessions.',
    });
  }
  const grant = await freshCredential(context, found.connectionId, {
    minimumMs,
    rejected: token => rejected !== null && secretMatches(rejected, tokenFingerprint(token, target.secret)),
  });
  const now = context.effects.now();
  await use(context, grant.row, now);
  return target.kind === 'calcom'
    ? refreshReply(grant.credential, app.credential.calcom, now, target)
    : writeCredential(grant.credential, now, target);
}

/** A use is noted once in this time, in milliseconds: the row is not written at each request. */
const USE_NOTED_EACH_MS = 3_600_000;

/** Never rejects: whoever asks gets the token, noted or not. */
async function use({ database, effects }: RefreshContext, row: ConnectionRow, now: number): Promise<void> {
  if (row.usedAt !== null && now - row.usedAt < USE_NOTED_EACH_MS) return;
  await noteUse(database.db, row.id, now).catch(error =>
    effects.log.warn({ err: error, connectionId: row.id }, 'use not noted'),
  );
}
