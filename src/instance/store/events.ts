import { type RawBuilder, sql } from 'kysely';
import { LOOKED_AT, lookThrough, type Store, scan } from '../../lib/db/index.ts';

export interface EventView {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly actor: string;
  readonly userId: number | null;
  readonly appSlug: string | null;
  readonly detail: string | null;
}

export interface EventFilter {
  readonly userId?: number | null | undefined;
  readonly appSlug?: string | undefined;
  /** How the kind begins: `credential`, `user.locked`. */
  readonly kind?: string | undefined;
  /** The last id that the page before looked at. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** What happened, and where an older page begins; null at the end. */
export interface EventPage {
  readonly events: readonly EventView[];
  readonly next: number | null;
}

/** What is not routine, by the user's index; the same words as in the index, so that planners know it. */
const NOTABLE = sql`"kind" <> 'credential.pushed' and "kind" <> 'credential.refreshed'`;

const COLUMNS = sql`"id", "at", "kind", "actor", "userId", "appId"`;

/**
 * What happened, latest first. Each push writes an event, and none pays for an index by kind, app or user: a page that
 * finds few among many says where to go on. Of a user, what is older than the last 20,000 events of all comes without
 * routine.
 */
export async function listEvents(store: Store, filter: EventFilter): Promise<EventPage> {
  const { userId = null, appSlug, kind, after, limit } = filter;
  const wanted = [sql`1 = 1`];
  if (appSlug !== undefined) wanted.push(sql`"appId" = ${appSlug}`);
  if (kind !== undefined) wanted.push(sql`substr("kind", 1, ${kind.length}) = ${kind}`);
  const before = after === undefined ? sql`1 = 1` : sql`"id" < ${after}`;
  if (userId !== null) return listOfUser(store, { userId, limit }, sql.join([before, ...wanted], sql` and `));
  const { rows, end } = await lookThrough<EventView, { id: number }>(store, {
    from: sql`"event" where ${before}`,
    columns: sql`*`,
    order: sql`"id" desc`,
    place: sql`"id"`,
    where: sql.join(wanted, sql` and `),
    limit,
    select: stretch => sql`select ${COLUMNS} as "appSlug", "detail" from ${stretch} as "stretch"`,
  });
  const last = rows.length === limit ? rows.at(-1) : end;
  return { events: rows, next: last?.id ?? null };
}

async function listOfUser(
  store: Store,
  { userId, limit }: { readonly userId: number; readonly limit: number },
  wanted: RawBuilder<unknown>,
): Promise<EventPage> {
  const latest = (from: RawBuilder<unknown>) =>
    sql`select * from (select * from ${from} and ${wanted} order by "id" desc limit ${limit}) as "latest"`;
  const recent = sql`(select * from "event" order by "id" desc limit ${sql.lit(LOOKED_AT)}) as "recent"`;
  const events = await scan(
    store,
    sql<EventView>`
      select ${COLUMNS} as "appSlug", "detail" from (
        ${latest(sql`"event" where "userId" = ${userId} and ${NOTABLE}`)}
        union all ${latest(sql`${recent} where "userId" = ${userId} and not (${NOTABLE})`)}) as "both"
      order by "id" desc limit ${limit}`,
  );
  return { events, next: events.length === limit ? (events.at(-1)?.id ?? null) : null };
}
