import { type Engine, locked } from '../../lib/db/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import {
  enqueue,
  findTargetUser,
  insertEvent,
  listConnections,
  listTargetUsers,
  putTargetUser,
} from '../store/index.ts';
import type { Db } from '../tables.ts';

/** Whom the host says its user is at a target. */
export interface Placement {
  readonly targetId: string;
  readonly externalUserId: string;
  readonly calcomUserId: number;
}

const ALL = 100_000;

/**
 * Sets who a user is at a target, in the caller's transaction. A user who had another id there moves:
 * what they have is deleted at the old id and pushed to the new one.
 * @param at epoch milliseconds
 * @throws KeyferryError conflict when the id is another user's
 */
export async function placeUser(db: Db, placement: Placement, at: number, engine: Engine): Promise<void> {
  const { targetId, externalUserId, calcomUserId } = placement;
  const stays = (await listTargetUsers(db, externalUserId)).some(
    user => user.targetId === targetId && user.calcomUserId === calcomUserId,
  );
  // Before all else: who disconnects or refreshes meanwhile must not put anything to the former id.
  const known = await listTargetUsers(db, externalUserId, locked(engine, stays ? 'share' : 'update'));
  await refuseTaken(db, placement);
  const before = known.find(user => user.targetId === targetId);
  if (before?.calcomUserId === calcomUserId) return;
  await putTargetUser(db, placement);
  if (before === undefined) return;
  for (const { id, appSlug, account } of await listConnections(db, { externalUserId, limit: ALL })) {
    const wish = { targetId, connectionId: id, appSlug, account };
    await enqueue(db, { ...wish, topic: 'credential.delete', calcomUserId: before.calcomUserId }, at);
    await enqueue(db, { ...wish, topic: 'credential.push', calcomUserId }, at);
  }
  const detail = `${before.calcomUserId} to ${calcomUserId}`;
  await insertEvent(db, { kind: 'user.moved', actor: 'host', externalUserId, detail }, at);
}

/** @throws KeyferryError conflict when the id is another user's */
export async function refuseTaken(db: Db, placement: Placement): Promise<void> {
  const { targetId, externalUserId, calcomUserId } = placement;
  const holder = await findTargetUser(db, targetId, calcomUserId);
  if (holder === null || holder.externalUserId === externalUserId) return;
  throw new KeyferryError('conflict', `calcomUserId ${calcomUserId} belongs to another externalUserId.`, {
    remedy: 'Each externalUserId needs a user of its own at the instance.',
  });
}
