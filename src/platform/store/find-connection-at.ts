import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** What a target means by a user id and a slug; `connectionId` is null where the user has none for the app. */
export interface ConnectionAt {
  readonly externalUserId: string;
  readonly connectionId: string | null;
}

/**
 * By what a target calls it. The wire has no account, so of several the one that was written last.
 * @returns null when the target's user is unknown
 */
export async function findConnectionAt(
  db: Db,
  at: { targetId: string; calcomUserId: number; appSlug: string },
): Promise<ConnectionAt | null> {
  const { rows } = await sql<ConnectionAt>`
    select u."externalUserId", c."id" as "connectionId" from "target_user" u
    left join "connection" c on c."externalUserId" = u."externalUserId" and c."appSlug" = ${at.appSlug}
    where u."targetId" = ${at.targetId} and u."calcomUserId" = ${at.calcomUserId}
    order by coalesce(c."updatedAt", 0) desc limit 1
  `.execute(db);
  return rows[0] ?? null;
}
