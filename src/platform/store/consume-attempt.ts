import { sql } from 'kysely';
import type { Db } from '../tables.ts';

export interface Attempt {
  readonly sessionId: string;
  readonly appSlug: string;
  readonly sealedVerifier: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * Takes an attempt out, once, and only for the browser that began it: another one consumes nothing.
 * @returns null when there is none for that state and that browser
 */
export async function consumeAttempt(
  db: Db,
  { stateHash, browserHash }: { stateHash: string; browserHash: string },
): Promise<Attempt | null> {
  const { rows } = await sql<Attempt>`
    delete from "oauth_attempt"
    where "stateHash" = ${stateHash} and exists (
      select 1 from "connect_session" s
      where s."id" = "oauth_attempt"."sessionId" and s."browserHash" = ${browserHash})
    returning "sessionId", "appSlug", "sealedVerifier", "expiresAt"
  `.execute(db);
  return rows[0] ?? null;
}
