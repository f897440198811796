import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Replaces an app's keys; a client that was refused may be tried at once.
 * @param app.at epoch milliseconds
 * @param app.seen the sealed keys that the new ones were made from, null where there were none; left out:
 *   whatever there is
 * @returns false where others have set keys since `seen`: then nothing was written
 */
export async function putAppKeys(
  db: Db,
  app: {
    slug: string;
    sealedKeys: string;
    /** When the client secret ends, and when that is told; null: nobody said. */
    secretExpiresAt: number | null;
    secretNoticeAt: number | null;
    at: number;
    seen?: string | null;
  },
): Promise<boolean> {
  const unchanged =
    app.seen === undefined ? sql`` : sql`where "platform_app"."sealedKeys" = ${app.seen ?? ''}`;
  const { rows } = await sql`
    insert into "platform_app" ("slug", "sealedKeys", "updatedAt", "secretExpiresAt", "secretNoticeAt")
    values (${app.slug}, ${app.sealedKeys}, ${app.at}, ${app.secretExpiresAt}, ${app.secretNoticeAt})
    on conflict ("slug") do update
    set "sealedKeys" = excluded."sealedKeys", "updatedAt" = excluded."updatedAt", "refusals" = 0, "probeAt" = 0,
      "secretExpiresAt" = excluded."secretExpiresAt",
      "secretNoticeAt" = case when "platform_app"."secretExpiresAt" = excluded."secretExpiresAt"
        then "platform_app"."secretNoticeAt" else excluded."secretNoticeAt" end
    ${unchanged} returning "slug"
  `.execute(db);
  return rows.length > 0;
}
