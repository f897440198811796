import { sql } from 'kysely';
import type { Db, OauthAttemptTable } from '../tables.ts';

/** How many walks of a session may be under way: a user who begins again leaves the one before behind. */
export const ATTEMPTS_A_SESSION = 20;

/** Notes that a browser was sent to a provider. The oldest of its session beyond the limit are forgotten. */
export async function insertAttempt(db: Db, attempt: OauthAttemptTable): Promise<void> {
  await sql`
    delete from "oauth_attempt" where "sessionId" = ${attempt.sessionId} and "stateHash" not in (
      select "stateHash" from "oauth_attempt" where "sessionId" = ${attempt.sessionId}
      order by "expiresAt" desc, "stateHash" limit ${sql.lit(ATTEMPTS_A_SESSION - 1)})
  `.execute(db);
  await sql`
    insert into "oauth_attempt" ("stateHash", "sessionId", "appSlug", "sealedVerifier", "expiresAt")
    values (${attempt.stateHash}, ${attempt.sessionId}, ${attempt.appSlug}, ${attempt.sealedVerifier},
      ${attempt.expiresAt})
  `.execute(db);
}
