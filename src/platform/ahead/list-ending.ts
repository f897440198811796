import { sql } from 'kysely';
import type { Db, TargetKind } from '../tables.ts';

/** A connection and when its token ends, in epoch milliseconds. */
export interface Ending {
  readonly id: string;
  readonly expiresAt: number;
}

export interface EndingFilter {
  readonly slugs: readonly string[];
  /** Of users who are at a target of this kind. */
  readonly kind: TargetKind;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Those whose token ends by then, in epoch milliseconds. */
  readonly by: number;
  /** The last one of the page before, or null. */
  readonly after: Ending | null;
  readonly limit: number;
}

/**
 * Connections whose token is about to end or has ended, by their end. Not yet: a token that is in the first
 * half of its life, and one whose provider is being left alone after a failure.
 */
export async function listEnding(db: Db, filter: EndingFilter): Promise<Ending[]> {
  const { slugs, kind, now, by, after, limit } = filter;
  const { rows } = await sql<Ending>`
    select "id", "expiresAt" from "connection"
    where "expiresAt" <= ${by} and ("expiresAt", "id") > (${after?.expiresAt ?? 0}, ${after?.id ?? ''})
      and "appSlug" in (${sql.join(slugs)}) and "status" <> 'needs_reconnect' and "retryAt" <= ${now}
      and "expiresAt" + coalesce("refreshedAt", "createdAt") <= ${2 * now}
      and exists (
        select 1 from "target_user" join "target" on "target"."id" = "target_user"."targetId"
        where "target_user"."externalUserId" = "connection"."externalUserId" and "target"."kind" = ${kind})
    order by "expiresAt", "id" limit ${limit}
  `.execute(db);
  return rows;
}
