import { randomUUID } from 'node:crypto';
import { type Credential, KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import {
  type ConnectionRow,
  findConnectionOf,
  insertEvent,
  isWriteConflict,
  putConnection,
  putSessionDone,
} from '../store/index.ts';
import type { Db } from '../tables.ts';
import { openGrant, sealCredential } from './grant.ts';
import { type Placement, placeUser } from './place-user.ts';
import { pushEverywhere } from './push-everywhere.ts';

export interface NewGrant extends Placement {
  readonly appSlug: string;
  readonly account: string;
  readonly credential: Credential;
  /** The connect session it came through, or null: the host imported it. */
  readonly sessionId: string | null;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects' | 'wake'>;

const TRIES = 5;

/**
 * Stores a grant and what follows from it in one transaction: the vault row, who the user is at the target,
 * the wish to push it, the event. A reconnect keeps the id of the connection.
 * @throws KeyferryError conflict
 */
export async function storeGrant(context: Context, grant: NewGrant): Promise<ConnectionRow> {
  const { database, wake } = context;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      const stored = await database.db.transaction().execute(trx => store(context, trx, grant));
      if (stored !== null) {
        wake();
        return stored;
      }
    } catch (error) {
      // Two first grants of one user, or of one id, at the same time: the second look finds the other.
      if (!isWriteConflict(error) || tries === TRIES) throw error;
    }
  }
  throw new KeyferryError('busy', 'The connection is being changed by others.', { retryAfterMs: 1_000 });
}

async function store(context: Context, trx: Db, grant: NewGrant): Promise<ConnectionRow | null> {
  const { effects } = context;
  const { targetId, externalUserId, calcomUserId, appSlug, account, sessionId } = grant;
  const at = effects.now();
  await placeUser(trx, { targetId, externalUserId, calcomUserId }, at);
  const before = await findConnectionOf(trx, { externalUserId, appSlug, account });
  const id = before?.id ?? randomUUID();
  const credential = keepRefreshToken(context, before, grant);
  const sealedCredential = sealCredential(context, id, credential);
  const { expiresAt } = credential;
  const row = await putConnection(
    trx,
    { id, externalUserId, appSlug, account, sealedCredential, expiresAt },
    at,
  );
  if (row === null) return null;
  await pushEverywhere(trx, row, at);
  if (sessionId !== null) await putSessionDone(trx, sessionId, appSlug);
  const reached = before === null ? 'connection.connected' : 'connection.reconnected';
  const kind = sessionId === null ? 'connection.imported' : reached;
  const actor = sessionId === null ? 'host' : 'user';
  await insertEvent(trx, { kind, actor, connectionId: id, externalUserId, appSlug }, at);
  return row;
}

/**
 * A provider that gives no refresh token again means: keep the one you have. Not when that one is dead,
 * and not for an import, which is the whole of what the host holds.
 */
function keepRefreshToken(context: Context, before: ConnectionRow | null, grant: NewGrant): Credential {
  const { credential, sessionId } = grant;
  if (credential.refreshToken !== null || sessionId === null) return credential;
  if (before === null || before.status === 'needs_reconnect') return credential;
  return { ...credential, refreshToken: storedRefreshToken(context, before) };
}

/** Null where the old row cannot be opened: a reconnect is the way out of that. */
function storedRefreshToken(context: Context, row: ConnectionRow): string | null {
  try {
    return openGrant(context, row).credential.refreshToken;
  } catch {
    return null;
  }
}
