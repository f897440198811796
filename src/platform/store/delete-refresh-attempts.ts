import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Forgets an attempt from which nothing more can come. */
export async function deleteRefreshAttempt(db: Db, id: string): Promise<void> {
  await sql`delete from "refresh_attempt" where "id" = ${id}`.execute(db);
}

/** Forgets every attempt of a connection: its user granted anew. */
export async function deleteRefreshAttempts(db: Db, connectionId: string): Promise<void> {
  await sql`delete from "refresh_attempt" where "connectionId" = ${connectionId}`.execute(db);
}

/**
 * Forgets an attempt whose answer is committed, and those begun before its version: what was refreshed from
 * that version proved that it was alive, and so that nothing older is needed.
 */
export async function deleteSuperseded(
  db: Db,
  { id, connectionId, version }: { id: string; connectionId: string; version: number },
): Promise<void> {
  await sql`
    delete from "refresh_attempt"
    where "connectionId" = ${connectionId} and ("id" = ${id} or "version" < ${version})
  `.execute(db);
}

/** Forgets what was begun before then, at most 200 at once. @returns how many */
export async function deleteOldAttempts(db: Db, before: number): Promise<number> {
  const { rows } = await sql`
    delete from "refresh_attempt" where "id" in (
      select "id" from "refresh_attempt" where "beganAt" < ${before} order by "beganAt" limit 200)
    returning "id"
  `.execute(db);
  return rows.length;
}
