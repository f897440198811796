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

/**
 * What a key is worth. Only `admin` opens anything: the operator's own key, which has no user, or one of a
 * user with the role ADMIN.
 */
export type ApiKeyStanding = 'admin' | 'unknown' | 'expired' | 'no_user' | 'locked' | 'not_admin';

interface KeyRow {
  readonly hashedKey: string;
  readonly userId: number | null;
  readonly teamId: number | null;
  readonly role: 'USER' | 'ADMIN' | null;
  readonly expired: boolean | 0 | 1;
  readonly locked: boolean | 0 | 1 | null;
}

/** Cal.com shows its keys with this before them and keeps the hash of what follows. */
const PREFIX = 'cal_';

/**
 * Judges a key as it was presented, with or without Cal.com's prefix.
 * @param now epoch milliseconds
 */
export async function judgeApiKey({ db }: Store, key: string, now: number): Promise<ApiKeyStanding> {
  const asGiven = hashApiKey(key);
  const bare = key.startsWith(PREFIX) ? hashApiKey(key.slice(PREFIX.length)) : asGiven;
  const { rows } = await sql<KeyRow>`
    select k."hashedKey", k."userId", k."teamId", u."role", u."locked",
      (k."expiresAt" is not null and k."expiresAt" <= ${new Date(now).toISOString()}) as "expired"
    from "ApiKey" as k left join "users" as u on u."id" = k."userId"
    where k."hashedKey" in (${asGiven}, ${bare})`.execute(db);
  const row = rows.find(({ hashedKey }) => hashedKey === asGiven) ?? rows[0];
  if (!row) return 'unknown';
  if (row.expired) return 'expired';
  if (row.userId === null) return row.teamId === null ? 'admin' : 'no_user';
  if (row.locked) return 'locked';
  return row.role === 'ADMIN' ? 'admin' : 'not_admin';
}
