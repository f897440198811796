import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

/** Notes that the platform, asked just now, gave the token that is stored: no new version, no event. */
export async function confirmToken(
  { db }: Store,
  token: {
    readonly id: number;
    readonly version: number;
    /** For how many seconds the token was asked to hold. */
    readonly forSeconds: number;
    /** Whether another one was asked for. */
    readonly forced: boolean;
    /** Epoch milliseconds. */
    readonly at: number;
  },
): Promise<void> {
  await sql`update "Credential" set "refreshedAt" = ${token.at}, "refreshedFor" = ${token.forSeconds}
    ${token.forced ? sql`, "forcedAt" = ${token.at}` : sql``}
    where "id" = ${token.id} and "version" = ${token.version}`.execute(db);
}
