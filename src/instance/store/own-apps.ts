import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import type { CredentialStatus } from '../tables.ts';

/** What a user is shown of a credential of their own. */
export interface HeldCredential {
  readonly id: number;
  readonly appSlug: string;
  readonly account: string;
  readonly status: CredentialStatus;
  readonly statusReason: string | null;
  readonly appEnabled: boolean | 0 | 1;
  readonly provenance: string;
  /** Epoch milliseconds, as all that follow. */
  readonly expiresAt: number | null;
  readonly pushedAt: number | null;
  readonly refreshedAt: number | null;
  readonly failedAt: number | null;
  readonly createdAt: number;
}

/** The credentials of one user, by app. */
export async function listHeldCredentials({ db }: Store, userId: number): Promise<HeldCredential[]> {
  const { rows } = await sql<HeldCredential>`
    select c."id", c."appId" as "appSlug", c."account", c."status", c."statusReason",
      a."enabled" as "appEnabled", c."provenance", c."expiresAt", c."pushedAt", c."refreshedAt", c."failedAt",
      c."createdAt"
    from "Credential" as c join "App" as a on a."slug" = c."appId"
    where c."userId" = ${userId} order by c."appId", c."account"`.execute(db);
  return rows;
}

/** The slugs of the apps that are enabled. */
export async function listEnabledApps({ db }: Store): Promise<string[]> {
  const { rows } = await sql<{ slug: string }>`
    select "slug" from "App" where "enabled" = ${true}`.execute(db);
  return rows.map(({ slug }) => slug);
}
