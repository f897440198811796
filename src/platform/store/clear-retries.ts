import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { BATCH } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';

/** Lets the failing connections of an app be tried again at once, some at a time. @param at epoch milliseconds */
export async function clearRetries(db: Db, appSlug: string, at: number): Promise<void> {
  for (let after = ''; ; await nextTurn()) {
    // The index of what is in trouble leaves out the others; said again, so that the planner sees it.
    const { rows } = await sql<{ id: string }>`
      select "id" from "connection" where "appSlug" = ${appSlug} and "status" = 'failing'
        and "status" <> 'connected' and "id" > ${after}
      order by "id" limit ${sql.lit(BATCH)}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    await sql`
      update "connection" set "retryAt" = 0, "failures" = 0, "refreshDueAt" = cast(${at} as bigint)
      where "status" = 'failing' and "id" in (${sql.join(rows.map(({ id }) => id))})`.execute(db);
    if (rows.length < BATCH) return;
    after = last.id;
  }
}
