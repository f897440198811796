import { isOAuthApp } from '../../apps/index.ts';
import { locked } from '../../lib/db/index.ts';
import { forgetLease } from '../../lib/lease.ts';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { oauthClient, type Revocation, revokeGrant } from '../oauth/index.ts';
import {
  type ConnectionRow,
  deleteConnection,
  deletePushes,
  enqueue,
  findConnection,
  insertEvent,
  listTargetUsers,
} from '../store/index.ts';
import { readAppKeys } from './app-keys.ts';
import { findConnectableApp } from './find-app.ts';
import { connectionNotFound, leaseName, openGrant } from './grant.ts';

type Context = Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects' | 'outbound' | 'wake'>;

export interface Disconnected {
  readonly revoked: boolean;
  /** Why it was not revoked; null where it was. */
  readonly reason: string | null;
  /** How many targets will be told. */
  readonly deliveries: number;
}

const TRIES = 5;

/**
 * Ends a connection: revoked at its provider, deleted at every target, wiped here. A provider that does not
 * revoke is noted and does not stop the rest.
 * @param actor who does it, as events name it
 * @throws KeyferryError connection_not_found
 */
export async function disconnect(context: Context, id: string, actor: string): Promise<Disconnected> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const row = await findConnection(context.database.db, id);
    if (row === null) throw connectionNotFound();
    const revocation = await revoke(context, row);
    const reason = revocation.revoked ? null : revocation.reason;
    const deliveries = await wipe(context, row, { actor, reason });
    if (deliveries === null) continue;
    context.wake();
    await forgetLease(context.database, leaseName(id));
    return { revoked: revocation.revoked, reason, deliveries };
  }
  throw new KeyferryError('busy', 'The connection is being changed by others.', { retryAfterMs: 1_000 });
}

async function revoke(context: Context, row: ConnectionRow): Promise<Revocation> {
  try {
    const app = findConnectableApp(context, row.appSlug);
    if (!isOAuthApp(app)) return { revoked: false, reason: 'the user entered it: nothing was granted' };
    const { credential, issuedAt } = openGrant(context, row);
    const client = oauthClient(app, await readAppKeys(context, app));
    return await revokeGrant(context.outbound, client, { ...credential, issuedAt }, context.effects.now);
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    const elsewhere = error.code === 'needs_reconnect';
    return { revoked: false, reason: elsewhere ? 'the address of the app has changed' : error.code };
  }
}

/** Null when the connection was refreshed or connected again meanwhile: its new tokens want revoking too. */
async function wipe(
  { database, effects }: Context,
  row: ConnectionRow,
  { actor, reason }: { actor: string; reason: string | null },
): Promise<number | null> {
  const { id, externalUserId, appSlug, account } = row;
  const at = effects.now();
  return database.db.transaction().execute(async trx => {
    const users = await listTargetUsers(trx, externalUserId, locked(database.engine, 'share'));
    if (!(await deleteConnection(trx, row))) return null;
    for (const { targetId, calcomUserId } of users) {
      const topic = 'credential.delete';
      await enqueue(trx, { topic, targetId, connectionId: id, calcomUserId, appSlug, account }, at);
    }
    await deletePushes(trx, id);
    const detail = reason === null ? 'revoked' : `not revoked: ${reason}`;
    const kind = 'connection.disconnected';
    await insertEvent(trx, { kind, actor, connectionId: id, externalUserId, appSlug, detail }, at);
    return users.length;
  });
}
