import { hash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

const FROM_ENVIRONMENT = 'KEYFERRY_API_KEY';

/** Keys are random and long, so that a plain hash is enough to look one up by. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Makes the configured key the first one; a former configured key ends, keys made otherwise stay. */
export async function setFirstApiKey({ db }: Store, key: string | null, now: number): Promise<void> {
  const hashed = key === null ? '' : hashApiKey(key);
  await db.transaction().execute(async trx => {
    await sql`delete from "ApiKey" where "note" = ${FROM_ENVIRONMENT} and "hashedKey" <> ${hashed}`.execute(
      trx,
    );
    if (key === null) return;
    await sql`insert into "ApiKey" ("id", "note", "createdAt", "hashedKey")
      values (${randomUUID()}, ${FROM_ENVIRONMENT}, ${new Date(now).toISOString()}, ${hashed})
      on conflict ("hashedKey") do nothing`.execute(trx);
  });
}

/** Whether a key of this hash exists and has not run out. */
export async function apiKeyHolds({ db }: Store, hashed: string, now: number): Promise<boolean> {
  const { rows } = await sql`select 1 from "ApiKey"
    where "hashedKey" = ${hashed} and ("expiresAt" is null or "expiresAt" > ${new Date(now).toISOString()})`.execute(
    db,
  );
  return rows.length > 0;
}
