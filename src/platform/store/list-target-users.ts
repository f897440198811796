import { type RawBuilder, sql } from 'kysely';
import type { Db, TargetUserTable } from '../tables.ts';

/**
 * Who a user of the host is, at every target.
 * @param lock of the rows: whoever puts something into the outbox for a user takes it before anything else, so that a
 * user who moves meanwhile leaves nothing at an id; see `locked`
 */
export async function listTargetUsers(
  db: Db,
  externalUserId: string,
  lock: RawBuilder<unknown> = sql``,
): Promise<TargetUserTable[]> {
  const { rows } = await sql<TargetUserTable>`
    select "targetId", "externalUserId", "calcomUserId" from "target_user"
    where "externalUserId" = ${externalUserId} order by "targetId" ${lock}
  `.execute(db);
  return rows;
}
