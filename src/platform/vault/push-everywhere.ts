import { type ConnectionRow, enqueue, listTargetUsers } from '../store/index.ts';
import type { Db } from '../tables.ts';

/**
 * Puts a push of a connection into the outbox for every target of its user, in the caller's transaction.
 * @param at epoch milliseconds
 * @param how as `enqueue` takes it
 * @returns how many
 */
export async function pushEverywhere(
  db: Db,
  {
    id,
    externalUserId,
    appSlug,
    account,
  }: Pick<ConnectionRow, 'id' | 'externalUserId' | 'appSlug' | 'account'>,
  at: number,
  how: 'asked' | 'renewed' = 'asked',
): Promise<number> {
  const users = await listTargetUsers(db, externalUserId);
  for (const { targetId, calcomUserId } of users) {
    const topic = 'credential.push';
    await enqueue(db, { topic, targetId, connectionId: id, calcomUserId, appSlug, account }, at, how);
  }
  return users.length;
}
