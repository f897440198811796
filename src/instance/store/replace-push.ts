import { sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';
import { statusAfter } from './refused.ts';
import { type CredentialKey, notePushes, type StoredPush } from './store-pushes.ts';

/** A credential of a user, by its id. */
export interface OwnCredential {
  readonly id: number;
  readonly userId: number;
}

/** What names the row of a credential, or null when a user who is not locked has none of this id. */
export async function findOwnCredential(
  { db }: Store,
  { id, userId }: OwnCredential,
): Promise<CredentialKey | null> {
  const { rows } = await sql<CredentialKey>`
    select c."userId", c."appId", c."account" from "Credential" as c
    join "users" as u on u."id" = c."userId"
    where c."id" = ${id} and c."userId" = ${userId} and not u."locked"`.execute(db);
  return rows[0] ?? null;
}

interface Replacement extends Omit<StoredPush, 'type'> {
  readonly id: number;
}

interface Written {
  readonly userId: number;
  readonly appId: string;
  readonly version: number;
  readonly pushedAt: number;
  readonly formerStatus: string;
}

const replace = writing<Replacement, Written>({
  input: {
    id: 'integer',
    userId: 'integer',
    appId: 'text',
    account: 'text',
    sealedKey: 'text',
    expiresAt: 'bigint',
    at: 'bigint',
  },
  write: (r, from) => sql`
    update "Credential" set "sealedKey" = ${r.sealedKey}, "expiresAt" = ${r.expiresAt},
      "version" = "Credential"."version" + 1, ${statusAfter(r.at)}, "invalid" = false, "pushedAt" = ${r.at},
      "updatedAt" = ${r.at}
    ${from}
    where "Credential"."id" = ${r.id} and "Credential"."userId" = ${r.userId}
      and "Credential"."appId" = ${r.appId} and "Credential"."account" = ${r.account}
    returning "Credential"."userId", "Credential"."appId", "Credential"."version", "Credential"."pushedAt",
      "Credential"."formerStatus"`,
  written: {
    userId: 'integer',
    appId: 'text',
    version: 'integer',
    pushedAt: 'bigint',
    formerStatus: 'text',
  },
  followUp: notePushes,
});

/**
 * Replaces a credential that is there by a pushed one, with its event. A dead mark is cleared.
 * @returns whether the row was still there
 */
export async function replacePush(store: Store, replacement: Replacement): Promise<boolean> {
  return (await replace(store, [replacement])).length > 0;
}
