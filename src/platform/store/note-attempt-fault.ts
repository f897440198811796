import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Notes why an attempt has no answer, unless a reason is known. @param fault a few words, without a secret */
export async function noteAttemptFault(db: Db, { id, fault }: { id: string; fault: string }): Promise<void> {
  await sql`
    update "refresh_attempt" set "fault" = ${fault}
    where "id" = ${id} and "fault" is null
  `.execute(db);
}
