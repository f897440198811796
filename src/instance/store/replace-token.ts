import { sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';
import { type Fence, notOvertaken } from './fence.ts';
import { statusAfter } from './refused.ts';

/** A refreshed token, for the row as it was read. */
export interface ReplacedToken extends Fence {
  readonly id: number;
  /** The version that was read. */
  readonly version: number;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  /** For how many seconds it was asked to hold. */
  readonly forSeconds: number;
  /** When it was forced; null where it was not. Epoch milliseconds, as `at`. */
  readonly forcedAt: number | null;
  readonly at: number;
}

interface Written {
  readonly userId: number;
  readonly appId: string;
  readonly version: number;
  readonly refreshedAt: number;
  readonly formerStatus: string;
}

const replace = writing<ReplacedToken, Written>({
  input: {
    id: 'integer',
    version: 'integer',
    sealedKey: 'text',
    expiresAt: 'bigint',
    forSeconds: 'integer',
    forcedAt: 'bigint',
    at: 'bigint',
    lease: 'text',
    generation: 'bigint',
  },
  write: (t, from) => sql`
    update "Credential" set "sealedKey" = ${t.sealedKey}, "expiresAt" = ${t.expiresAt},
      "version" = "Credential"."version" + 1, ${statusAfter(t.at)}, "invalid" = false, "refreshedAt" = ${t.at},
      "refreshedFor" = ${t.forSeconds}, "forcedAt" = coalesce(${t.forcedAt}, "forcedAt"), "updatedAt" = ${t.at}
    ${from}
    where "Credential"."id" = ${t.id} and "Credential"."version" = ${t.version} and ${notOvertaken(t)}
    returning "userId", "appId", "Credential"."version", "refreshedAt", "formerStatus"`,
  written: {
    userId: 'integer',
    appId: 'text',
    version: 'integer',
    refreshedAt: 'bigint',
    formerStatus: 'text',
  },
  followUp: (w, from) => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select ${w.refreshedAt},
      case when ${w.formerStatus} = 'working' then 'credential.refreshed' else 'credential.recovered' end,
      'instance', ${w.userId}, ${w.appId}, 'version ' || ${w.version}
    ${from}`,
});

/**
 * Writes a refreshed token, unless the row has changed since it was read, or another has taken the lease over: a
 * push that landed meanwhile is newer than an answer that was asked for before it, and a successor's answer is
 * newer than ours. Where it ends an incident, its event says so.
 * @returns whether it was written
 */
export async function replaceToken(store: Store, token: ReplacedToken): Promise<boolean> {
  return (await replace(store, [token])).length > 0;
}
