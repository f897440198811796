import { sql } from 'kysely';
import { BATCH } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';

/** Deletes what was delivered before then, some at a time. @returns how many */
export function deleteDelivered(db: Db, before: number): Promise<number> {
  return deleteSome(db, sql`"state" = 'done' and "updatedAt" < ${before} order by "updatedAt"`);
}

/** Deletes what the host did not take before then, some at a time. @returns how many */
export function deleteRefused(db: Db, before: number): Promise<number> {
  const refused = sql`"topic" = 'host.event' and "state" = 'stopped' and "state" <> 'waiting'`;
  return deleteSome(db, sql`${refused} and "updatedAt" < ${before} order by "updatedAt"`);
}

async function deleteSome(db: Db, which: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql`
    delete from "outbox" where "id" in (select "id" from "outbox" where ${which} limit ${sql.lit(BATCH)})
    returning "id"`.execute(db);
  return rows.length;
}
