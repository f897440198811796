import { sql } from 'kysely';
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

/** What happened, latest first. */
export async function listEvents(
  { db }: Store,
  { userId, limit }: { userId: number | null; limit: number },
): Promise<EventView[]> {
  const ofUser = userId === null ? sql`` : sql`where "userId" = ${userId}`;
  const { rows } = await sql<EventView>`
    select "id", "at", "kind", "actor", "userId", "appId" as "appSlug", "detail"
    from "event" ${ofUser} order by "id" desc limit ${limit}`.execute(db);
  return rows;
}

/** How long events are kept: 90 days, in milliseconds. */
export const EVENTS_KEPT_MS = 90 * 86_400_000;

/** Deletes the oldest events past their time, at most a thousand at once. @returns how many */
export async function pruneEvents({ db }: Store, before: number): Promise<number> {
  const { rows } = await sql`delete from "event" where "id" in (
    select "id" from (select "id", "at" from "event" order by "id" limit 1000) as oldest
    where oldest."at" < ${before}) returning "id"`.execute(db);
  return rows.length;
}
