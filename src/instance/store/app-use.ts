import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

/** How many credentials there are for an app. */
export interface AppUse {
  readonly held: number;
  /** Of these: failing, or in need of a new connection. */
  readonly troubled: number;
}

export const UNUSED: AppUse = { held: 0, troubled: 0 };

/**
 * How each app is used, by slug, or one of them: one statement over two indexes. Apps that nobody holds are left
 * out.
 */
export async function countAppUse(
  { db }: Store,
  slug: string | null = null,
): Promise<ReadonlyMap<string, AppUse>> {
  const [ofApp, andOfApp] =
    slug === null ? [sql``, sql``] : [sql`where "appId" = ${slug}`, sql`and "appId" = ${slug}`];
  const { rows } = await sql<AppUse & { slug: string }>`
    select h."appId" as "slug", h."held", coalesce(t."troubled", 0) as "troubled"
    from (select "appId", count(*) as "held" from "Credential" ${ofApp} group by "appId") as h
    left join (select "appId", count(*) as "troubled" from "Credential" where "status" <> 'working'
      ${andOfApp} group by "appId") as t on t."appId" = h."appId"`.execute(db);
  return new Map(
    rows.map(({ slug, held, troubled }) => [slug, { held: Number(held), troubled: Number(troubled) }]),
  );
}

/** Somebody whose credential stops serving when its app is disabled. */
export interface AffectedUser {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
}

/** Who holds a credential for an app: how many, and the first of them. */
export async function findAffected(
  { db }: Store,
  slug: string,
  limit: number,
): Promise<{ count: number; users: AffectedUser[] }> {
  const counted = await sql<{ count: number }>`
    select count(*) as "count" from "Credential" where "appId" = ${slug}`.execute(db);
  const { rows: users } = await sql<AffectedUser>`
    select u."id", u."email", u."name"
    from (select "id", "userId" from "Credential" where "appId" = ${slug} order by "id" limit ${limit}) as c
    join "users" as u on u."id" = c."userId" order by c."id"`.execute(db);
  return { count: Number(counted.rows[0]?.count ?? 0), users };
}
