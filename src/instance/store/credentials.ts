import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { forgetLease } from '../../lib/lease.ts';
import type { CredentialStatus } from '../tables.ts';

/** What may be shown of a credential: everything but the secret. */
export interface CredentialView {
  readonly id: number;
  readonly userId: number;
  readonly appSlug: string;
  readonly account: string;
  readonly status: CredentialStatus;
  readonly statusReason: string | null;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly provenance: string;
  readonly pushedAt: number | null;
  readonly refreshedAt: number | null;
  readonly failedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A page of credentials in the order of their ids. @param after the last id of the page before */
export async function listCredentials(
  { db }: Store,
  { userId, after = 0, limit }: { userId: number | null; after?: number; limit: number },
): Promise<CredentialView[]> {
  const ofUser = userId === null ? sql`` : sql`and "userId" = ${userId}`;
  const { rows } = await sql<CredentialView>`
    select "id", "userId", "appId" as "appSlug", "account", "status", "statusReason", "expiresAt", "version",
      "provenance", "pushedAt", "refreshedAt", "failedAt", "createdAt", "updatedAt"
    from "Credential" where "id" > ${after} ${ofUser} order by "id" limit ${limit}
  `.execute(db);
  return rows;
}

/** Which credentials to delete: one by id, or those of a user for an app. */
export type CredentialSelection =
  | { readonly id: number }
  | { readonly userId: number; readonly appSlug: string };

/** Deletes credentials for good. @returns how many there were; a repeat finds none */
export async function deleteCredentials(
  store: Store,
  selection: CredentialSelection,
  at: number,
): Promise<number> {
  const where =
    'id' in selection
      ? sql`"id" = ${selection.id}`
      : sql`"userId" = ${selection.userId} and "appId" = ${selection.appSlug}`;
  const deleted = await store.db.transaction().execute(async trx => {
    const { rows } = await sql<{ id: number; userId: number; appId: string }>`
      delete from "Credential" where ${where} returning "id", "userId", "appId"`.execute(trx);
    for (const { userId, appId } of rows) {
      await sql`insert into "event" ("at", "kind", "actor", "userId", "appId")
        values (${at}, 'credential.deleted', 'api', ${userId}, ${appId})`.execute(trx);
    }
    return rows;
  });
  for (const { id } of deleted) await forgetLease(store, leaseName(id));
  return deleted.length;
}

/** The name under which a credential's refresh is leased. */
export function leaseName(credentialId: number): string {
  return `instance:credential:${credentialId}`;
}
