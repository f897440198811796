import { sql } from 'kysely';
import { type Store, scan } from '../../lib/db/index.ts';

/** How many credentials there are for an app. */
export interface AppUse {
  readonly held: number;
  /** Of these: failing, or in need of a new connection. */
  readonly troubled: number;
}

export const UNUSED: AppUse = { held: 0, troubled: 0 };

/** How each app is used, by slug: one statement over two indexes. Apps that nobody holds are left out. */
export async function countAppUse(store: Store): Promise<ReadonlyMap<string, AppUse>> {
  const rows = await scan(
    store,
    sql<AppUse & { slug: string }>`
      select h."appId" as "slug", h."held", coalesce(t."troubled", 0) as "troubled"
      from (select "appId", count(*) as "held" from "Credential" group by "appId") as h
      left join (select "appId", count(*) as "troubled" from "Credential" where "status" <> 'working'
        group by "appId") as t on t."appId" = h."appId"`,
  );
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

/** The first of those who hold a credential for an app. */
export async function listAffected({ db }: Store, slug: string, limit: number): Promise<AffectedUser[]> {
  const { rows } = await sql<AffectedUser>`
    select u."id", u."email", u."name"
    from (select "id", "userId" from "Credential" where "appId" = ${slug} order by "id" limit ${limit}) as c
    join "users" as u on u."id" = c."userId" order by c."id"`.execute(db);
  return rows;
}
