import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** How many connections there are for an app. */
export interface AppUse {
  readonly held: number;
  /** Of these: failing, or in need of a new connection. */
  readonly troubled: number;
}

/**
 * How each app is used, by slug: one statement over two indexes. Apps that nobody connected are left out.
 * @param slug of this app alone
 */
export async function countAppUse(db: Db, slug: string | null = null): Promise<ReadonlyMap<string, AppUse>> {
  const [one, andOne] =
    slug === null ? [sql``, sql``] : [sql`where "appSlug" = ${slug}`, sql`and "appSlug" = ${slug}`];
  const { rows } = await sql<AppUse & { slug: string }>`
    select h."appSlug" as "slug", h."held", coalesce(t."troubled", 0) as "troubled"
    from (select "appSlug", count(*) as "held" from "connection" ${one} group by "appSlug") as h
    left join (select "appSlug", count(*) as "troubled" from "connection"
      where "status" in ('failing', 'needs_reconnect') ${andOne} group by "appSlug") as t
      on t."appSlug" = h."appSlug"`.execute(db);
  return new Map(
    rows.map(({ slug, held, troubled }) => [slug, { held: Number(held), troubled: Number(troubled) }]),
  );
}
