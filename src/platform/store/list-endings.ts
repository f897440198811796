import { sql } from 'kysely';
import type { EndingReason } from '../lifetime/index.ts';
import type { Db } from '../tables.ts';

/** A place in the list of endings: by their time, then secrets before connections, then by slug or id. */
export interface EndingPlace {
  /** Epoch milliseconds. */
  readonly endsAt: number;
  readonly kind: 'app_secret' | 'connection';
  /** The slug of the app, or the id of the connection. */
  readonly id: string;
}

export interface EndingRow extends EndingPlace {
  readonly appSlug: string;
  readonly externalUserId: string | null;
  readonly reason: EndingReason | 'client_secret';
}

/**
 * What ends by then, soonest first.
 * @param filter.by epoch milliseconds
 * @param filter.after the last one of the page before
 */
export async function listEndings(
  db: Db,
  { by, after, limit }: { by: number; after: EndingPlace | null; limit: number },
): Promise<EndingRow[]> {
  const { endsAt, kind, id } = after ?? { endsAt: 0, kind: 'app_secret', id: '' };
  const secrets = await sql<EndingRow>`
    select "secretExpiresAt" as "endsAt", 'app_secret' as "kind", "slug" as "id", "slug" as "appSlug",
      null as "externalUserId", 'client_secret' as "reason"
    from "platform_app"
    where "secretExpiresAt" <= ${by}
      and ("secretExpiresAt" > ${endsAt}
        or ("secretExpiresAt" = ${endsAt} and ${kind === 'app_secret' ? sql`"slug" > ${id}` : sql`1 = 0`}))
    order by "secretExpiresAt", "slug" limit ${limit}
  `.execute(db);
  const connections = await sql<EndingRow>`
    select "endsAt", 'connection' as "kind", "id", "appSlug", "externalUserId", "endingReason" as "reason"
    from "connection"
    where "endsAt" <= ${by} and ("endsAt", "id") > (${endsAt}, ${kind === 'connection' ? id : ''})
    order by "endsAt", "id" limit ${limit}
  `.execute(db);
  // Each is in order, and the sort is stable: at one time the secrets stay first.
  const all = [...secrets.rows, ...connections.rows];
  return all.sort((one, other) => one.endsAt - other.endsAt).slice(0, limit);
}
