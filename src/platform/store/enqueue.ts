import { sql } from 'kysely';
import type { Db, Topic } from '../tables.ts';

/** What a place at a target should get. */
export interface Wish {
  readonly topic: Topic;
  readonly targetId: string;
  readonly connectionId: string;
  readonly calcomUserId: number;
  readonly appSlug: string;
  readonly account: string;
}

/**
 * Puts a wish into the outbox, in the transaction of what makes it necessary. A wish for the same place
 * takes the place of the one before, also of one that is being sent.
 * @param at epoch milliseconds: due from then on
 */
export async function enqueue(db: Db, wish: Wish, at: number): Promise<void> {
  const { topic, targetId, connectionId, calcomUserId, appSlug } = wish;
  await sql`
    insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
      "dueAt", "createdAt", "updatedAt")
    values (${topic}, ${outboxKey(wish)}, ${targetId}, ${connectionId}, ${calcomUserId}, ${appSlug}, 'waiting',
      ${at}, ${at}, ${at})
    on conflict ("key") do update
    set "topic" = excluded."topic", "connectionId" = excluded."connectionId", "state" = 'waiting',
      "generation" = "outbox"."generation" + 1, "attempts" = 0, "dueAt" = excluded."dueAt",
      "lastStatus" = null, "lastError" = null, "updatedAt" = excluded."updatedAt"
  `.execute(db);
}

function outboxKey({ targetId, calcomUserId, appSlug, account }: Wish): string {
  return [targetId, calcomUserId, appSlug, account].map(encodeURIComponent).join('/');
}
