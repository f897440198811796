import { sql } from 'kysely';
import type { Db, TargetUserTable } from '../tables.ts';

/** Who has this id at the target. */
export async function findTargetUser(
  db: Db,
  targetId: string,
  calcomUserId: number,
): Promise<TargetUserTable | null> {
  const { rows } = await sql<TargetUserTable>`
    select "targetId", "externalUserId", "calcomUserId" from "target_user"
    where "targetId" = ${targetId} and "calcomUserId" = ${calcomUserId}
  `.execute(db);
  return rows[0] ?? null;
}
