import { sql } from 'kysely';
import { databaseNow, type Engine, skipLocked } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

/**
 * Claims what is due, oldest first. A claim counts as an attempt, so that a wish that kills its worker
 * waits too; it ends by itself, by the database's clock. The host hears of one connection in order: what is
 * behind an event that still waits is not claimed.
 * @param claim.by who claims, unlike any other claim
 * @param claim.forMs milliseconds: longer than sending takes
 * @param claim.at epoch milliseconds
 */
export async function claimOutbox(
  { db, engine }: { db: Db; engine: Engine },
  claim: { by: string; forMs: number; at: number; limit: number },
): Promise<OutboxRow[]> {
  const now = databaseNow(engine);
  const { rows } = await sql<OutboxRow>`
    with due as materialized (
      select "id" from "outbox"
      where "state" = 'waiting' and "dueAt" <= ${claim.at} and "claimedUntil" <= ${now}
        and not ("topic" = 'host.event' and exists (
          select 1 from "outbox" earlier
          where earlier."connectionId" = "outbox"."connectionId" and earlier."topic" = 'host.event'
            and earlier."state" = 'waiting' and earlier."id" < "outbox"."id"))
      order by "dueAt", "id" limit ${claim.limit} ${skipLocked(engine)}
    )
    update "outbox"
    set "claimedBy" = ${claim.by}, "claimedUntil" = ${now} + cast(${claim.forMs} as bigint),
      "attempts" = "attempts" + 1
    where "id" in (select "id" from due)
    returning ${OUTBOX_COLUMNS}
  `.execute(db);
  return rows;
}
