import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Lets a failing connection be tried again at once. */
export async function clearRetry(db: Db, id: string): Promise<void> {
  await sql`
    update "connection" set "retryAt" = 0 where "id" = ${id} and "status" = 'failing'
  `.execute(db);
}
