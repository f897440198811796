import { sql } from 'kysely';
import { BATCH, type Engine, locked } from '../../lib/db/index.ts';
import type { Db, TargetUserTable } from '../tables.ts';

/** Where a walk through the users at targets goes on. */
export type UserPlace = Pick<TargetUserTable, 'targetId' | 'externalUserId'>;

const HAS_NONE = sql`not exists (
  select 1 from "connection" c where c."externalUserId" = "target_user"."externalUserId")`;

/**
 * Forgets who users without any connection are at their targets, some at a time, in the order of the key.
 * @param after where to begin; null: at the first
 * @returns where to go on; null: that was the last
 */
export async function deleteOrphans(
  { db, engine }: { readonly db: Db; readonly engine: Engine },
  after: UserPlace | null,
): Promise<UserPlace | null> {
  const from =
    after === null
      ? sql`1 = 1`
      : sql`("targetId", "externalUserId") > (${after.targetId}, ${after.externalUserId})`;
  const { rows } = await sql<UserPlace & { isOrphan: boolean | 0 | 1 }>`
    select "targetId", "externalUserId", ${HAS_NONE} as "isOrphan" from "target_user" where ${from}
    order by "targetId", "externalUserId" limit ${sql.lit(BATCH)}`.execute(db);
  const orphans = rows.filter(({ isOrphan }) => Boolean(isOrphan));
  if (orphans.length > 0) {
    const places = orphans.map(({ targetId, externalUserId }) => sql`(${targetId}, ${externalUserId})`);
    const are = sql`("targetId", "externalUserId") in (values ${sql.join(places)})`;
    await db.transaction().execute(async trx => {
      // Who connects at this moment holds the row, or finds it gone: the look that counts comes after the lock.
      await sql`select 1 from "target_user" where ${are} order by "targetId", "externalUserId"
        ${locked(engine, 'update')}`.execute(trx);
      await sql`delete from "target_user" where ${are} and ${HAS_NONE}`.execute(trx);
    });
  }
  const last = rows.at(-1);
  return rows.length < BATCH || last === undefined ? null : last;
}
