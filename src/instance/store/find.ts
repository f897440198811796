import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
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
export interface CredentialRow {
  readonly id: number;
  readonly userId: number;
  readonly appId: string;
  readonly account: string;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly pushedAt: number | null;
  readonly refreshedAt: number | null;
  readonly status: CredentialStatus;
  readonly statusReason: string | null;
  /** Failed refreshes in a row; meaningless unless it is failing. */
  readonly failures: number;
  /** Epoch milliseconds; null: whenever somebody asks. Meaningless unless it is failing. */
  readonly retryAt: number | null;
  readonly appEnabled: boolean | 0 | 1;
}

/** One indexed read: the credential of a user who is not locked, and whether its app is enabled. */
export async function findCredential(
  { db }: Store,
  key: { readonly userId: number; readonly appSlug: string; readonly account: string },
): Promise<CredentialRow | null> {
  const { rows } = await sql<CredentialRow>`
    select c."id", c."userId", c."appId", c."account", c."sealedKey", c."expiresAt", c."version",
      c."pushedAt", c."refreshedAt", c."status", c."statusReason", c."failures", c."retryAt", a."enabled" as "appEnabled"
    from "Credential" as c
    join "users" as u on u."id" = c."userId"
    join "App" as a on a."slug" = c."appId"
    where c."userId" = ${key.userId} and c."appId" = ${key.appSlug} and c."account" = ${key.account}
      and not u."locked"
  `.execute(db);
  return rows[0] ?? null;
}
