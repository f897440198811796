import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Deletes what the host was told, or did not take, before then, at most a thousand at once. @returns how many */
export async function deleteTold(
  db: Db,
  before: { readonly done: number; readonly stopped: number },
): Promise<number> {
  const { rows } = await sql`
    delete from "outbox" where "id" in (
      select "id" from "outbox"
      where "topic" = 'host.event' and "state" <> 'waiting' and "updatedAt" < ${before.done}
        and ("state" = 'done' or "updatedAt" < ${before.stopped})
      order by "updatedAt" limit 1000)
    returning "id"
  `.execute(db);
  return rows.length;
}
