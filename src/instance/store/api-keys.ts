import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import type { Keyring } from '../../lib/sealed-box.ts';
import { deriveEach, idOf, isIdOf } from '../../lib/sign-in/index.ts';

const FROM_ENVIRONMENT = 'KEYFERRY_API_KEY';

/** What is stored of a key: an HMAC under the keyring, so that no row can be made for a key of one's own without it. */
export function hashApiKey(ring: Keyring, key: string): string {
  return hashes(ring, key)[0] ?? '';
}

/** Under each key of the ring; the first one writes. */
function hashes(ring: Keyring, key: string): string[] {
  return deriveEach(ring, `api key ${key}`).map(bytes => bytes.toString('hex'));
}

interface Meaning {
  readonly hashedKey: string;
  readonly userId: number | null;
  readonly teamId: number | null;
}

/** What a row's id follows from: another user's or nobody's, it is none of ours. */
function meaning({ hashedKey, userId, teamId }: Meaning): string {
  return `api key ${hashedKey} of user ${userId} and team ${teamId}`;
}

export interface NewApiKey {
  readonly key: string;
  /** Null: the operator's own. */
  readonly userId: number | null;
  readonly teamId?: number | null;
  readonly note: string | null;
  /** ISO text. */
  readonly expiresAt?: string | null;
}

/** Stores a key. A repeat is a success. @param now epoch milliseconds */
export async function putApiKey(
  { db }: Pick<Store, 'db'>,
  ring: Keyring,
  { key, userId, teamId = null, note, expiresAt = null }: NewApiKey,
  now: number,
): Promise<void> {
  const hashedKey = hashApiKey(ring, key);
  const id = idOf(ring, meaning({ hashedKey, userId, teamId }));
  await sql`insert into "ApiKey" ("id", "userId", "teamId", "note", "createdAt", "expiresAt", "hashedKey")
    values (${id}, ${userId}, ${teamId}, ${note}, ${new Date(now).toISOString()}, ${expiresAt}, ${hashedKey})
    on conflict do nothing`.execute(db);
}

/** Makes the configured key the first one; a former configured key ends, keys made otherwise stay. */
export async function setFirstApiKey(
  { db }: Store,
  ring: Keyring,
  key: string | null,
  now: number,
): Promise<void> {
  const own = key === null ? [''] : hashes(ring, key);
  await db.transaction().execute(async trx => {
    await sql`delete from "ApiKey" where "note" = ${FROM_ENVIRONMENT} or "hashedKey" in (${sql.join(own)})`.execute(
      trx,
    );
    if (key !== null) await putApiKey({ db: trx }, ring, { key, userId: null, note: FROM_ENVIRONMENT }, now);
  });
}

/**
 * What a key is worth. Only `admin` opens anything: the operator's own key, which has no user, or one of a
 * user with the role ADMIN.
 */
export type ApiKeyStanding = 'admin' | 'unknown' | 'refused' | 'expired' | 'no_user' | 'locked' | 'not_admin';

interface KeyRow extends Meaning {
  readonly id: string;
  readonly role: 'USER' | 'ADMIN' | null;
  readonly expired: boolean | 0 | 1;
  readonly locked: boolean | 0 | 1 | null;
}

/** Cal.com shows its keys with this before them and keeps the hash of what follows. */
const PREFIX = 'cal_';

/**
 * Judges a key as it was presented, with or without Cal.com's prefix. `refused`: there is a row, and it is not ours. A
 * row with a bare SHA-256 is looked for to tell of it: without the keyring that is what one can make.
 * @param now epoch milliseconds
 */
export async function judgeApiKey(
  { db }: Store,
  ring: Keyring,
  key: string,
  now: number,
): Promise<ApiKeyStanding> {
  const given = key.startsWith(PREFIX) ? [key, key.slice(PREFIX.length)] : [key];
  const ours = given.flatMap(one => hashes(ring, one));
  const bare = given.map(one => hash('sha256', one));
  const { rows } = await sql<KeyRow>`
    select k."id", k."hashedKey", k."userId", k."teamId", u."role", u."locked",
      (k."expiresAt" is not null and k."expiresAt" <= ${new Date(now).toISOString()}) as "expired"
    from "ApiKey" as k left join "users" as u on u."id" = k."userId"
    where k."hashedKey" in (${sql.join([...ours, ...bare])})`.execute(db);
  const row = ours
    .map(one => rows.find(({ hashedKey }) => hashedKey === one))
    .find(found => found !== undefined);
  if (!row) return rows.length > 0 ? 'refused' : 'unknown';
  if (!isIdOf(ring, meaning(row), row.id)) return 'refused';
  if (row.expired) return 'expired';
  if (row.userId === null) return row.teamId === null ? 'admin' : 'no_user';
  if (row.locked) return 'locked';
  return row.role === 'ADMIN' ? 'admin' : 'not_admin';
}
