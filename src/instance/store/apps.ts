import { sql } from 'kysely';
import type { Catalogue } from '../../apps/index.ts';
import type { Store } from '../../lib/db/index.ts';
import { type Keyring, open } from '../../lib/sealed-box.ts';

/**
 * Makes a row for each app that has none, and renames what an upgrade renames. What an operator set stays:
 * enabled, keys. Rows that are as they should be are not written.
 * @param now epoch milliseconds
 */
export async function seedApps({ db }: Store, catalogue: Catalogue, now: number): Promise<void> {
  const at = new Date(now).toISOString();
  const rows = [...catalogue.values()].map(
    ({ slug, dirName, categories }) =>
      sql`(${slug}, ${dirName}, ${JSON.stringify(categories)}, ${at}, ${at})`,
  );
  await sql`insert into "App" ("slug", "dirName", "categories", "createdAt", "updatedAt")
    values ${sql.join(rows)}
    on conflict ("slug") do update set "dirName" = excluded."dirName", "categories" = excluded."categories",
      "updatedAt" = excluded."updatedAt"
    where "App"."dirName" <> excluded."dirName" or "App"."categories" <> excluded."categories"`.execute(db);
}

/** What an operator has made of an app, with its keys open. */
export interface AppRow {
  readonly slug: string;
  readonly enabled: boolean;
  /** Null where none are set. */
  readonly keys: Readonly<Record<string, unknown>> | null;
  /** By key, epoch milliseconds; none for what an older version set. */
  readonly keysSetAt: Readonly<Partial<Record<string, number>>>;
  /** The keys as they are stored: what a change must find unchanged. */
  readonly sealedKeys: string | null;
}

interface StoredRow {
  readonly slug: string;
  readonly enabled: boolean | 0 | 1;
  readonly sealedKeys: string | null;
  readonly keysSetAt: string | null;
}

/** The rows of the store's apps, or that of one slug. @throws KeyferryError sealed_unreadable */
export async function readAppRows(
  { db }: Store,
  ring: Keyring,
  slug: string | null = null,
): Promise<AppRow[]> {
  const one = slug === null ? sql`` : sql`where "slug" = ${slug}`;
  const { rows } = await sql<StoredRow>`
    select "slug", "enabled", "sealedKeys", "keysSetAt" from "App" ${one} order by "slug"`.execute(db);
  return rows.map(({ sealedKeys, keysSetAt, ...row }) => ({
    slug: row.slug,
    enabled: Boolean(row.enabled),
    keys: sealedKeys === null ? null : JSON.parse(open(ring, sealedKeys, appIdentity(row.slug))),
    keysSetAt: keysSetAt === null ? {} : JSON.parse(keysSetAt),
    sealedKeys,
  }));
}

/** The identity that seals an app's keys: those of another app do not open. */
export function appIdentity(slug: string): string {
  return `app:${slug}`;
}
