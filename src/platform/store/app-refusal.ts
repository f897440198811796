import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** That a provider refuses an app's client itself, and so the refresh of every grant of it. */
export interface AppRefusal {
  /** How often in a row. */
  readonly refusals: number;
  /** When one may try again, in epoch milliseconds. */
  readonly probeAt: number;
}

/** Null where the client is not refused. */
export async function findAppRefusal(db: Db, slug: string): Promise<AppRefusal | null> {
  const { rows } = await sql<AppRefusal>`
    select "refusals", "probeAt" from "platform_app" where "slug" = ${slug} and "refusedAt" is not null
  `.execute(db);
  return rows[0] ?? null;
}

/**
 * Notes that an app's client is refused from now on, unless that is known, or its keys have changed.
 * @param refusal.updatedAt of the keys that were sent
 * @param at epoch milliseconds
 * @returns whether it was noted
 */
export async function beginAppRefusal(
  db: Db,
  { slug, updatedAt, probeAt }: { slug: string; updatedAt: number; probeAt: number },
  at: number,
): Promise<boolean> {
  const { rows } = await sql`
    update "platform_app" set "refusedAt" = cast(${at} as bigint), "refusals" = 1,
      "probeAt" = cast(${probeAt} as bigint)
    where "slug" = ${slug} and "updatedAt" = ${updatedAt} and "refusedAt" is null
    returning "slug"
  `.execute(db);
  return rows.length > 0;
}

/** Notes that a client was refused again, when it was to be tried. @param at epoch milliseconds */
export async function extendAppRefusal(
  db: Db,
  { slug, updatedAt, probeAt }: { slug: string; updatedAt: number; probeAt: number },
  at: number,
): Promise<void> {
  await sql`
    update "platform_app" set "refusals" = "refusals" + 1, "probeAt" = cast(${probeAt} as bigint)
    where "slug" = ${slug} and "updatedAt" = ${updatedAt} and "refusedAt" is not null and "probeAt" <= ${at}
  `.execute(db);
}

/** Notes that a client is taken again. @returns whether it was refused before */
export async function endAppRefusal(db: Db, slug: string): Promise<boolean> {
  const { rows } = await sql`
    update "platform_app" set "refusedAt" = null, "refusals" = 0, "probeAt" = 0
    where "slug" = ${slug} and "refusedAt" is not null
    returning "slug"
  `.execute(db);
  return rows.length > 0;
}
