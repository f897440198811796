import { sql } from 'kysely';
import type { Db, SignInTables } from './context.ts';
import { IDLE_MS } from './sessions.ts';
import { TRIES_KEPT_MS } from './tries.ts';

/** Deletes sessions that have ended and tries that are forgotten. @param now epoch milliseconds */
export async function pruneSignIn(
  db: Db,
  { sessions, tries }: Pick<SignInTables, 'sessions' | 'tries'>,
  now: number,
): Promise<void> {
  await sql`delete from ${sql.table(sessions)}
    where "expiresAt" <= ${now} or "seenAt" <= ${now - IDLE_MS}`.execute(db);
  await sql`delete from ${sql.table(tries)} where "lastAt" < ${now - TRIES_KEPT_MS}`.execute(db);
}
