import { sql } from 'kysely';
import type { Db, TargetUserTable } from '../tables.ts';

/** Sets who a user of the host is at a target. The caller has looked whether the id is another's. */
export async function putTargetUser(db: Db, user: TargetUserTable): Promise<void> {
  await sql`
    insert into "target_user" ("targetId", "externalUserId", "calcomUserId")
    values (${user.targetId}, ${user.externalUserId}, ${user.calcomUserId})
    on conflict ("targetId", "externalUserId") do update set "calcomUserId" = excluded."calcomUserId"
  `.execute(db);
}
