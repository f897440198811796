import { type ConnectionRow, enqueue } from '../store/index.ts';
import type { Db, TargetUserTable } from '../tables.ts';

/**
 * Puts a push of a connection into the outbox for every target of its user, in the caller's transaction.
 * @param users who the connection's user is at each target, locked since before anything else of the transaction
 * @param at epoch milliseconds
 * @param how as `enqueue` takes it
 * @returns how many
 */
export async function pushEverywhere(
  db: Db,
  { id, appSlug, account }: Pick<ConnectionRow, 'id' | 'appSlug' | 'account'>,
  users: readonly TargetUserTable[],
  at: number,
  how: 'asked' | 'renewed' = 'asked',
): Promise<number> {
  for (const { targetId, calcomUserId } of users) {
    const topic = 'credential.push';
    await enqueue(db, { topic, targetId, connectionId: id, calcomUserId, appSlug, account }, at, how);
  }
  return users.length;
}
