import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Replaces an app's keys; a client that was refused may be tried at once. @param at epoch milliseconds */
export async function putAppKeys(
  db: Db,
  { slug, sealedKeys, at }: { slug: string; sealedKeys: string; at: number },
): Promise<void> {
  await sql`
    insert into "platform_app" ("slug", "sealedKeys", "updatedAt") values (${slug}, ${sealedKeys}, ${at})
    on conflict ("slug") do update
    set "sealedKeys" = excluded."sealedKeys", "updatedAt" = excluded."updatedAt", "refusals" = 0, "probeAt" = 0
  `.execute(db);
}
