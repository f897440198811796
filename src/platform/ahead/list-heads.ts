import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../tables.ts';

/** The first of an app's connections that is to be refreshed. */
export interface Head {
  readonly appSlug: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** When the next one of each app is due; apps without one are left out. One look into the index an app and class. */
export async function listHeads(db: Db, slugs: readonly string[]): Promise<Head[]> {
  if (slugs.length === 0) return [];
  const { rows } = await headsStatement(slugs).execute(db);
  return rows.flatMap(({ appSlug, used, unused }) => {
    const dueAt = Math.min(used ?? Number.POSITIVE_INFINITY, unused ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(dueAt) ? [{ appSlug, dueAt }] : [];
  });
}

interface Heads {
  readonly appSlug: string;
  readonly used: number | null;
  readonly unused: number | null;
}

/** The statement of `listHeads`, of at least one app. */
export function headsStatement(slugs: readonly string[]): RawBuilder<Heads> {
  const first = (refreshClass: number) => sql`(
    select "refreshDueAt" from "connection" c
    where c."appSlug" = s."column1" and c."refreshClass" = ${sql.lit(refreshClass)}
      and c."refreshDueAt" is not null
    order by c."refreshDueAt" limit 1)`;
  return sql<Heads>`
    select s."column1" as "appSlug", ${first(0)} as "used", ${first(1)} as "unused"
    from (values ${sql.join(slugs.map(slug => sql`(cast(${slug} as text))`))}) as s
  `;
}
