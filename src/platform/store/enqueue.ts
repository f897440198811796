import { type RawBuilder, sql } from 'kysely';
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
 * @param how `renewed`: nobody asked for it, so where its receiver fails it waits as long as the one before
 */
export async function enqueue(
  db: Db,
  wish: Wish,
  at: number,
  how: 'asked' | 'renewed' = 'asked',
): Promise<void> {
  const { topic, targetId, connectionId, calcomUserId, appSlug } = wish;
  await sql`
    insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
      "dueAt", "createdAt", "updatedAt")
    values (${topic}, ${outboxKey(wish)}, ${targetId}, ${connectionId}, ${calcomUserId}, ${appSlug}, 'waiting',
      ${at}, ${at}, ${at})
    on conflict ("key") do update
    set "topic" = excluded."topic", "connectionId" = excluded."connectionId", "state" = 'waiting',
      "generation" = "outbox"."generation" + 1, "updatedAt" = excluded."updatedAt",
      ${how === 'asked' ? FIRST : IN_ITS_PLACE}
  `.execute(db);
}

const FIRST = sql`"attempts" = 0, "faults" = 0, "dueAt" = excluded."dueAt", "lastStatus" = null, "lastError" = null`;

const waits = sql`"outbox"."state" = 'waiting' and "outbox"."faults" > 0 and "outbox"."topic" = excluded."topic"`;
const kept = (column: string, fresh: RawBuilder<unknown>) =>
  sql`${sql.ref(column)} = case when ${waits} then ${sql.ref(`outbox.${column}`)} else ${fresh} end`;
const IN_ITS_PLACE = sql.join([
  kept('attempts', sql`0`),
  kept('faults', sql`0`),
  kept('dueAt', sql`excluded."dueAt"`),
  kept('lastStatus', sql`null`),
  kept('lastError', sql`null`),
]);

function outboxKey({ targetId, calcomUserId, appSlug, account }: Wish): string {
  return [targetId, calcomUserId, appSlug, account].map(encodeURIComponent).join('/');
}
