import { sql } from 'kysely';
import { BATCH, inBatches } from '../db/index.ts';
import type { Db, SignInTables } from './context.ts';
import { IDLE_MS } from './sessions.ts';
import { TRIES_KEPT_MS } from './tries.ts';

/**
 * Deletes sessions that have ended and tries that are forgotten, some at a time.
 * @param now epoch milliseconds
 * @param ending ends it, after the batch under way
 */
export async function pruneSignIn(
  db: Db,
  { sessions, tries }: Pick<SignInTables, 'sessions' | 'tries'>,
  now: number,
  ending: AbortSignal | null = null,
): Promise<void> {
  for (const [table, key, column, before] of [
    [sessions, 'id', 'expiresAt', now + 1],
    [sessions, 'id', 'seenAt', now - IDLE_MS + 1],
    [tries, 'key', 'lastAt', now - TRIES_KEPT_MS],
  ] as const) {
    const [rows, name, at] = [sql.table(table), sql.ref(key), sql.ref(column)];
    await inBatches(async () => {
      const deleted = await sql`delete from ${rows} where ${name} in (
        select ${name} from ${rows} where ${at} < ${before} order by ${at} limit ${sql.lit(BATCH)})
        returning ${name}`.execute(db);
      return deleted.rows.length;
    }, ending);
  }
}
