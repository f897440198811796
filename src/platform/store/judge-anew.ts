import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { BATCH } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';

/**
 * Has all grants of an app worked on at once, some at a time, because its address has changed: each is held to where
 * it was issued, and those that failed for another address get one more look.
 * @param at epoch milliseconds
 * @returns how many grants the app has
 */
export async function judgeAnew(db: Db, appSlug: string, at: number): Promise<number> {
  let count = 0;
  for (let after = ''; ; await nextTurn()) {
    const { rows } = await sql<{ id: string }>`
      select "id" from "connection" where "appSlug" = ${appSlug} and "id" > ${after}
      order by "id" limit ${sql.lit(BATCH)}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return count;
    const ids = sql.join(rows.map(({ id }) => id));
    await sql`
      update "connection" set "refreshDueAt" = cast(${at} as bigint)
      where "id" in (${ids}) and "status" <> 'needs_reconnect' and "refreshDueAt" is not null`.execute(db);
    await sql`
      update "connection" set "status" = 'failing', "retryAt" = 0, "refreshDueAt" = cast(${at} as bigint)
      where "id" in (${ids}) and "status" = 'needs_reconnect' and "statusReason" = 'address_changed'`.execute(
      db,
    );
    count += rows.length;
    if (rows.length < BATCH) return count;
    after = last.id;
  }
}
