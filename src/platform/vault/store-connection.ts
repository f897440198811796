import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { locked } from '../../lib/db/rows.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { Plan } from '../lifetime/index.ts';
import {
  type ConnectionRow,
  deleteRefreshAttempts,
  findConnectionOf,
  insertEvent,
  isWriteConflict,
  listTargetUsers,
  putConnection,
  putSessionDone,
} from '../store/index.ts';
import type { Db } from '../tables.ts';
import { type Placement, placeUser } from './place-user.ts';
import { pushEverywhere } from './push-everywhere.ts';

/** Whose a connection is, and how it came. */
export interface NewConnection extends Placement {
  readonly appSlug: string;
  readonly account: string;
  /** The connect session it came through, or null: the host imported it. */
  readonly sessionId: string | null;
}

/** What goes into the row. */
export interface SealedCredential {
  readonly sealedCredential: string;
  /** Epoch milliseconds; null: it does not expire. */
  readonly expiresAt: number | null;
  /** Whether it goes on with the refresh token of the row before. */
  readonly sameGrant?: boolean;
  readonly plan: Plan;
}

type SealFor = (id: string, before: ConnectionRow | null, at: number) => SealedCredential;

type Context = Pick<PlatformContext, 'database' | 'effects' | 'wake'>;

const TRIES = 5;
/** So many come to it without a lock; with many at once on one row, the later ones wait for it. */
const UNLOCKED_TRIES = 2;

/**
 * Stores a connection and what follows from it in one transaction: the vault row, who the user is at the
 * target, the wish to push it, the event. A reconnect keeps the id of the connection.
 * @param sealFor makes the sealed credential for an id and the row that was there before
 * @throws KeyferryError conflict
 */
export async function storeConnection(
  context: Context,
  connection: NewConnection,
  sealFor: SealFor,
): Promise<ConnectionRow> {
  const { database, wake } = context;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const locks = tries > UNLOCKED_TRIES ? locked(database.engine, 'update') : sql``;
    try {
      const stored = await database.db
        .transaction()
        .execute(trx => store(context, trx, connection, { sealFor, locks }));
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

async function store(
  { database, effects }: Context,
  trx: Db,
  connection: NewConnection,
  { sealFor, locks }: { sealFor: SealFor; locks: RawBuilder<unknown> },
): Promise<ConnectionRow | null> {
  const { targetId, externalUserId, calcomUserId, appSlug, account, sessionId } = connection;
  const at = effects.now();
  await placeUser(trx, { targetId, externalUserId, calcomUserId }, at, database.engine);
  const before = await findConnectionOf(trx, { externalUserId, appSlug, account }, locks);
  const id = before?.id ?? randomUUID();
  const { sameGrant = false, ...sealed } = sealFor(id, before, at);
  const grant = { id, externalUserId, appSlug, account, seen: before?.version ?? null };
  const row = await putConnection(trx, { ...grant, ...sealed }, at);
  if (row === null) return null;
  // What a refresh of the old grant may still bring belongs to nobody any more.
  if (before !== null && !sameGrant) await deleteRefreshAttempts(trx, id);
  await pushEverywhere(trx, row, await listTargetUsers(trx, externalUserId), at);
  if (sessionId !== null) await putSessionDone(trx, sessionId, appSlug);
  const reached = before === null ? 'connection.connected' : 'connection.reconnected';
  const kind = sessionId === null ? 'connection.imported' : reached;
  const actor = sessionId === null ? 'host' : 'user';
  await insertEvent(trx, { kind, actor, connectionId: id, externalUserId, appSlug }, at);
  return row;
}
