import { sql } from 'kysely';
import type { Db } from '../tables.ts';

export interface EventRow {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly actor: string;
  readonly connectionId: string | null;
  readonly externalUserId: string | null;
  readonly appSlug: string | null;
  readonly detail: string | null;
}

/** What happened to a connection, latest first. */
export async function listEvents(db: Db, connectionId: string, limit: number): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select "id", "at", "kind", "actor", "connectionId", "externalUserId", "appSlug", "detail"
    from "platform_event" where "connectionId" = ${connectionId} order by "at" desc, "id" desc limit ${limit}
  `.execute(db);
  return rows;
}
