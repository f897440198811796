import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

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

/**
 * So many events a page looks through at most. Each push writes an event, and none pays for an index by kind, app
 * or user: a page that finds few among many says where to go on.
 */
const LOOKED_AT = 20_000;

/** What is not routine, by the user's index; the same words as in the index, so that planners know it. */
const NOTABLE = sql`"kind" <> 'credential.pushed' and "kind" <> 'credential.refreshed'`;

/** What happened, latest first. Of a user, what is older than the last 20,000 events of all comes without routine. */
export async function listEvents({ db }: Store, filter: EventFilter): Promise<EventPage> {
  const { userId = null, appSlug, kind, after, limit } = filter;
  const wanted = [after === undefined ? sql`1 = 1` : sql`"id" < ${after}`];
  if (appSlug !== undefined) wanted.push(sql`"appId" = ${appSlug}`);
  if (kind !== undefined) wanted.push(sql`substr("kind", 1, ${kind.length}) = ${kind}`);
  const within = userId === null ? latest(after) : ofUser(userId);
  const { rows: events } = await sql<EventView>`
    select "id", "at", "kind", "actor", "userId", "appId" as "appSlug", "detail"
    from (${within}) as "event" where ${sql.join(wanted, sql` and `)} order by "id" desc limit ${limit}`.execute(
    db,
  );
  if (events.length === limit) return { events, next: events.at(-1)?.id ?? null };
  return { events, next: userId === null ? await endOf(db, after) : null };
}

function latest(after: number | undefined): RawBuilder<unknown> {
  const before = after === undefined ? sql`` : sql`where "id" < ${after}`;
  return sql`select * from "event" ${before} order by "id" desc limit ${LOOKED_AT}`;
}

function ofUser(userId: number): RawBuilder<unknown> {
  return sql`select * from "event" where "userId" = ${userId} and ${NOTABLE}
    union all select * from (${latest(undefined)}) as "latest" where "userId" = ${userId} and not (${NOTABLE})`;
}

/** Where a page goes on that has found fewer than it may; null where it has seen all. */
async function endOf(db: Store['db'], after: number | undefined): Promise<number | null> {
  const { rows } = await sql<{ last: number | null; looked: number | string }>`
    select min("id") as "last", count(*) as "looked" from (${latest(after)}) as "event"`.execute(db);
  const [end] = rows;
  return end !== undefined && Number(end.looked) === LOOKED_AT ? end.last : null;
}

/** How long events are kept: 90 days, in milliseconds. */
export const EVENTS_KEPT_MS = 90 * 86_400_000;

/** So many events are deleted by one statement at most. */
export const EVENTS_AT_ONCE = 1_000;

/** Deletes the oldest events past their time, at most `EVENTS_AT_ONCE`. @returns how many */
export async function pruneEvents({ db }: Store, before: number): Promise<number> {
  const { rows } = await sql`delete from "event" where "id" in (
    select "id" from (select "id", "at" from "event" order by "id" limit ${EVENTS_AT_ONCE}) as oldest
    where oldest."at" < ${before}) returning "id"`.execute(db);
  return rows.length;
}
