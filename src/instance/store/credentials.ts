import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { forgetLease } from '../../lib/lease.ts';
import { insertEvent } from './insert-event.ts';

/** A user's credentials in the order of their ids, as Cal.com's API v1 shows them. */
export async function listOwnCredentials(
  { db }: Store,
  userId: number,
  appSlug: string | null,
): Promise<{ id: number; appId: string }[]> {
  // PostgreSQL refuses NUL in a text; no app has one.
  if (appSlug?.includes('\0')) return [];
  const ofApp = appSlug === null ? sql`` : sql`and "appId" = ${appSlug}`;
  const { rows } = await sql<{ id: number; appId: string }>`
    select "id", "appId" from "Credential" where "userId" = ${userId} ${ofApp} order by "id"`.execute(db);
  return rows;
}

/** Which credentials to delete: one by id, of a certain user or of any, or those of a user for an app. */
export type CredentialSelection =
  | { readonly id: number; readonly userId?: number }
  | { readonly userId: number; readonly appSlug: string };

export interface DeletedCredential {
  readonly id: number;
  readonly userId: number;
  readonly appId: string;
}

/**
 * Deletes credentials for good, and their calendars with them.
 * @param actor who does it, for the events
 * @returns what there was; a repeat finds none
 */
export async function deleteCredentials(
  store: Store,
  selection: CredentialSelection,
  actor: string,
  at: number,
): Promise<DeletedCredential[]> {
  const where = 'id' in selection ? sql`"id" = ${selection.id}` : sql`"appId" = ${selection.appSlug}`;
  const { userId = null } = selection;
  const ofUser = userId === null ? sql`` : sql`and "userId" = ${userId}`;
  const deleted = await store.db.transaction().execute(async trx => {
    const { rows } = await sql<DeletedCredential>`
      delete from "Credential" where ${where} ${ofUser} returning "id", "userId", "appId"`.execute(trx);
    for (const { userId, appId } of rows) {
      await insertEvent(trx, { kind: 'credential.deleted', actor, userId, appSlug: appId }, at);
    }
    return rows;
  });
  for (const { id } of deleted) await forgetLease(store, leaseName(id));
  return deleted;
}

/** How the name begins under which a credential's refresh is leased; its id follows. */
export const LEASE_PREFIX = 'instance:credential:';

/** The name under which a credential's refresh is leased. */
export function leaseName(credentialId: number): string {
  return `${LEASE_PREFIX}${credentialId}`;
}
