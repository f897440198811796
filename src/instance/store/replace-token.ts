import { sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';

/** A refreshed token, for the row as it was read. */
export interface ReplacedToken {
  readonly id: number;
  /** The version that was read. */
  readonly version: number;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Written {
  readonly userId: number;
  readonly appId: string;
  readonly version: number;
  readonly refreshedAt: number;
}

const replace = writing<ReplacedToken, Written>({
  input: { id: 'integer', version: 'integer', sealedKey: 'text', expiresAt: 'bigint', at: 'bigint' },
  write: input => sql`
    update "Credential" set "sealedKey" = t."sealedKey", "expiresAt" = t."expiresAt",
      "version" = "Credential"."version" + 1, "status" = 'working', "statusReason" = null, "invalid" = false,
      "failedAt" = null, "refreshedAt" = t."at", "updatedAt" = t."at"
    from ${input} as t
    where "Credential"."id" = t."id" and "Credential"."version" = t."version"
    returning "userId", "appId", "Credential"."version", "refreshedAt"`,
  written: { userId: 'integer', appId: 'text', version: 'integer', refreshedAt: 'bigint' },
  followUp: written => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select w."refreshedAt", 'credential.refreshed', 'instance', w."userId", w."appId",
      'version ' || w."version" from ${written} as w where true`,
});

/**
 * Writes a refreshed token, unless the row has changed since it was read: a push that landed meanwhile is
 * newer than an answer that was asked for before it.
 * @returns whether it was written
 */
export async function replaceToken(store: Store, token: ReplacedToken): Promise<boolean> {
  return (await replace(store, [token])).length > 0;
}
