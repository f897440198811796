import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

/** Notes that the platform, asked just now, gave the token that is stored: no new version, no event. */
export async function confirmToken(
  { db }: Store,
  { id, version, at }: { readonly id: number; readonly version: number; readonly at: number },
): Promise<void> {
  await sql`update "Credential" set "refreshedAt" = ${at}
    where "id" = ${id} and "version" = ${version}`.execute(db);
}
