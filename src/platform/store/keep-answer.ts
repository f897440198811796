import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Writes down what the provider answered to an attempt. Nothing is written when nobody waits for it any more:
 * the attempt is superseded, or the connection is gone.
 */
export async function keepAnswer(
  db: Db,
  { id, sealedAnswer }: { id: string; sealedAnswer: string },
): Promise<void> {
  await sql`
    update "refresh_attempt" set "sealedAnswer" = ${sealedAnswer} where "id" = ${id}
  `.execute(db);
}
