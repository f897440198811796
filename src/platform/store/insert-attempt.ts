import { sql } from 'kysely';
import type { Db, OauthAttemptTable } from '../tables.ts';

/** Notes that a browser was sent to a provider. */
export async function insertAttempt(db: Db, attempt: OauthAttemptTable): Promise<void> {
  await sql`
    insert into "oauth_attempt" ("stateHash", "sessionId", "appSlug", "sealedVerifier", "expiresAt")
    values (${attempt.stateHash}, ${attempt.sessionId}, ${attempt.appSlug}, ${attempt.sealedVerifier},
      ${attempt.expiresAt})
  `.execute(db);
}
