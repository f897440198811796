import { type RawBuilder, sql } from 'kysely';
import { among, databaseNow, type Engine, skipLocked } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';
import { OUTBOX_COLUMNS, type OutboxRow } from './outbox-row.ts';

export interface OutboxClaim {
  /** Of one target; `host` for the host. */
  readonly targetId: string;
  /** Who claims, unlike any other claim. */
  readonly by: string;
  /** Milliseconds: longer than sending takes. */
  readonly forMs: number;
  /** What is due by then, in epoch milliseconds. */
  readonly at: number;
  readonly limit: number;
}

/**
 * Claims what is due for one target, oldest first, by its index. A claim counts as an attempt, so that a wish that
 * kills its worker waits too; it ends by itself, by the database's clock. The host hears of one connection in order:
 * what is behind an event that still waits is not claimed.
 */
export async function claimOutbox(
  { db, engine }: { db: Db; engine: Engine },
  claim: OutboxClaim,
): Promise<OutboxRow[]> {
  if (claim.limit <= 0) return [];
  const { rows } = await claimOutboxStatement(engine, claim).execute(db);
  return rows;
}

/** The statement of `claimOutbox`. */
export function claimOutboxStatement(
  engine: Engine,
  { targetId, by, forMs, at, limit }: OutboxClaim,
): RawBuilder<OutboxRow> {
  const now = databaseNow(engine);
  const due = sql`
    select "id" from "outbox"
    where "targetId" = ${targetId} and "state" = 'waiting' and "dueAt" <= ${at} and "claimedUntil" <= ${now}
      and not ("topic" = 'host.event' and exists (
        select 1 from "outbox" earlier
        where earlier."connectionId" = "outbox"."connectionId" and earlier."topic" = 'host.event'
          and earlier."state" = 'waiting' and earlier."id" < "outbox"."id"))
    order by "dueAt", "id" limit ${limit} ${skipLocked(engine)}`;
  return sql<OutboxRow>`
    update "outbox"
    set "claimedBy" = ${by}, "claimedUntil" = ${now} + cast(${forMs} as bigint), "attempts" = "attempts" + 1
    where "id" ${among(engine, due)}
    returning ${OUTBOX_COLUMNS}`;
}
