import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../tables.ts';

/** The first of what waits for a target; of the host, `host`. */
export interface OutboxHead {
  readonly targetId: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** When the next delivery of each target is due. Two looks into the index a target, however many rows wait for it. */
export async function listOutboxHeads(db: Db): Promise<OutboxHead[]> {
  return (await outboxHeadsStatement().execute(db)).rows;
}

/** The statement of `listOutboxHeads`. */
export function outboxHeadsStatement(): RawBuilder<OutboxHead> {
  const first = (of: RawBuilder<unknown>) => sql`(
    select o."targetId" from "outbox" o where o."state" = 'waiting' ${of} order by o."targetId" limit 1)`;
  return sql<OutboxHead>`
    with recursive lane("targetId") as (
      select ${first(sql``)}
      union all
      select ${first(sql`and o."targetId" > lane."targetId"`)} from lane where lane."targetId" is not null)
    select "targetId", (
      select o."dueAt" from "outbox" o where o."state" = 'waiting' and o."targetId" = lane."targetId"
      order by o."dueAt" limit 1) as "dueAt"
    from lane where "targetId" is not null`;
}
