import { sql } from 'kysely';
import type { AppDefinition, Catalogue } from '../../apps/index.ts';
import type { Store } from '../../lib/db/index.ts';
import { type Keyring, open, seal } from '../../lib/sealed-box.ts';

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

/** What may be shown of an app: its keys only as set or not, and those that are no secret. */
export interface AppView {
  readonly slug: string;
  readonly name: string;
  readonly categories: readonly string[];
  readonly enabled: boolean;
  readonly keysSet: boolean;
  readonly publicKeys: Readonly<Record<string, unknown>>;
}

interface AppRow {
  readonly slug: string;
  readonly enabled: boolean | 0 | 1;
  readonly sealedKeys: string | null;
}

/** The store's apps, as the operator sees them. */
export async function listApps({ db }: Store, catalogue: Catalogue, ring: Keyring): Promise<AppView[]> {
  const { rows } =
    await sql<AppRow>`select "slug", "enabled", "sealedKeys" from "App" order by "slug"`.execute(db);
  return rows.flatMap(row => {
    const app = catalogue.get(row.slug);
    return app ? [viewOf(app, row, ring)] : [];
  });
}

function viewOf(app: AppDefinition, row: AppRow, ring: Keyring): AppView {
  const keys: Record<string, unknown> =
    row.sealedKeys === null ? {} : JSON.parse(open(ring, row.sealedKeys, appIdentity(app.slug)));
  return {
    slug: app.slug,
    name: app.name,
    categories: app.categories,
    enabled: Boolean(row.enabled),
    keysSet: row.sealedKeys !== null,
    publicKeys: Object.fromEntries(
      app.publicKeys.flatMap(name => (name in keys ? [[name, keys[name]]] : [])),
    ),
  };
}

/** Sets what is given of an app: its keys, sealed; whether it is enabled. With an event. */
export async function setApp(
  { db }: Store,
  ring: Keyring,
  app: {
    readonly slug: string;
    readonly keys?: Readonly<Record<string, unknown>> | undefined;
    readonly enabled?: boolean | undefined;
  },
  now: number,
): Promise<void> {
  const sealedKeys =
    app.keys === undefined ? null : seal(ring, JSON.stringify(app.keys), appIdentity(app.slug));
  const enabled = app.enabled ?? null;
  const detail = [app.keys && 'keys set', enabled !== null && (enabled ? 'enabled' : 'disabled')];
  await db.transaction().execute(async trx => {
    await sql`update "App" set "updatedAt" = ${new Date(now).toISOString()},
        "sealedKeys" = coalesce(cast(${sealedKeys} as text), "sealedKeys")
        ${enabled === null ? sql`` : sql`, "enabled" = ${enabled}`}
      where "slug" = ${app.slug}`.execute(trx);
    await sql`insert into "event" ("at", "kind", "actor", "appId", "detail")
      values (${now}, 'app.changed', 'api', ${app.slug}, ${detail.filter(Boolean).join(', ')})`.execute(trx);
  });
}

function appIdentity(slug: string): string {
  return `app:${slug}`;
}
