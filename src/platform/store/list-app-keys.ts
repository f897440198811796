import { sql } from 'kysely';
import type { Db, PlatformAppTable } from '../tables.ts';
import type { AppRefusal } from './app-refusal.ts';

/**
 * `refusedAt`: since when the provider refuses the client, or null. Only while it does, `refusals` and `probeAt`
 * say something.
 */
export interface AppKeysRow
  extends Pick<PlatformAppTable, 'slug' | 'sealedKeys' | 'updatedAt' | 'refusedAt'>,
    AppRefusal {}

/** The apps that have keys; one of them where a slug is given. */
export async function listAppKeys(db: Db, slug: string | null = null): Promise<AppKeysRow[]> {
  const one = slug === null ? sql`` : sql`where "slug" = ${slug}`;
  const { rows } = await sql<AppKeysRow>`
    select "slug", "sealedKeys", "updatedAt", "refusedAt", "refusals", "probeAt"
    from "platform_app" ${one} order by "slug"
  `.execute(db);
  return rows;
}
