import { sql } from 'kysely';
import { reading, type Store } from '../../lib/db/index.ts';
import type { CredentialStatus } from '../tables.ts';

/** Whether a user exists and is not locked: Cal.com answers both alike. */
export async function userExists({ db }: Store, userId: number): Promise<boolean> {
  const { rows } = await sql`select 1 from "users" where "id" = ${userId} and not "locked"`.execute(db);
  return rows.length > 0;
}

/** Whether the store has a row of that slug, known to the catalogue or not. */
export async function appRowExists({ db }: Store, slug: string): Promise<boolean> {
  // PostgreSQL refuses NUL in a text; no row has one.
  if (slug.includes('\0')) return false;
  const { rows } = await sql`select 1 from "App" where "slug" = ${slug}`.execute(db);
  return rows.length > 0;
}

/** A credential's row, as the token path needs it. */
export interface CredentialRow extends Stored {
  readonly userId: number;
  readonly appId: string;
  readonly account: string;
}

interface Stored {
  readonly id: number;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly pushedAt: number | null;
  readonly refreshedAt: number | null;
  /** For how many seconds the token of that refresh was asked to hold. */
  readonly refreshedFor: number;
  /** When a refresh was last forced. */
  readonly forcedAt: number | null;
  readonly status: CredentialStatus;
  readonly statusReason: string | null;
  /** Failed refreshes in a row; meaningless unless it is failing. */
  readonly failures: number;
  /** Epoch milliseconds; null: whenever somebody asks. Meaningless unless it is failing. */
  readonly retryAt: number | null;
  readonly appEnabled: boolean | 0 | 1;
}

// User and app are looked up beside the row: joined, they make SQLite take four times as long.
const stored = reading<'userId' | 'appSlug' | 'account', Stored>(
  ['userId', 'appSlug', 'account'],
  ({ userId, appSlug, account }) => sql`
    select c."id", c."sealedKey", c."expiresAt", c."version", c."pushedAt", c."refreshedAt", c."refreshedFor", c."forcedAt",
      c."status", c."statusReason", c."failures", c."retryAt",
      (select a."enabled" from "App" as a where a."slug" = c."appId") as "appEnabled"
    from "Credential" as c
    where c."userId" = ${userId} and c."appId" = ${appSlug} and c."account" = ${account}
      and not (select u."locked" from "users" as u where u."id" = c."userId")`,
);

/** One indexed read: the credential of a user who is not locked, and whether its app is enabled. */
export async function findCredential(
  store: Store,
  key: { readonly userId: number; readonly appSlug: string; readonly account: string },
): Promise<CredentialRow | null> {
  // PostgreSQL refuses NUL in a text; no row has one.
  if (key.appSlug.includes('\0')) return null;
  const [row] = await stored(store, key);
  return row ? { ...row, userId: key.userId, appId: key.appSlug, account: key.account } : null;
}
