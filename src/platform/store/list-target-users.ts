import { sql } from 'kysely';
import type { Db, TargetUserTable } from '../tables.ts';

/** Who a user of the host is, at every target. */
export async function listTargetUsers(db: Db, externalUserId: string): Promise<TargetUserTable[]> {
  const { rows } = await sql<TargetUserTable>`
    select "targetId", "externalUserId", "calcomUserId" from "target_user"
    where "externalUserId" = ${externalUserId} order by "targetId"
  `.execute(db);
  return rows;
}
