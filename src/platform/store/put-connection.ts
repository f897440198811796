import { sql } from 'kysely';
import type { Plan } from '../lifetime/index.ts';
import type { Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';
import { planColumns } from './plan-columns.ts';

/**
 * Stores a grant: a new row, or over the one of the same user, app and account, whose id stays. A grant
 * clears whatever was wrong with the one before.
 * @param at epoch milliseconds
 * @returns null when that row has another id than the one that the credential is sealed for, or was written since it
 * was read, so that a refresh token carried over from it may be spent: read again
 */
export async function putConnection(
  db: Db,
  grant: {
    id: string;
    externalUserId: string;
    appSlug: string;
    account: string;
    sealedCredential: string;
    expiresAt: number | null;
    plan: Plan;
    /** Of the row that the grant was made from; null: there was none. */
    seen: number | null;
  },
  at: number,
): Promise<ConnectionRow | null> {
  const { plan } = grant;
  const { rows } = await sql<ConnectionRow>`
    insert into "connection" ("id", "externalUserId", "appSlug", "account", "sealedCredential", "status",
      "expiresAt", "createdAt", "updatedAt", "usedAt", "refreshDueAt", "grantExpiresAt", "idleEndsAt", "endsAt",
      "endingReason", "endingNoticeAt")
    values (${grant.id}, ${grant.externalUserId}, ${grant.appSlug}, ${grant.account}, ${grant.sealedCredential},
      'connected', ${grant.expiresAt}, ${at}, ${at}, ${at}, ${plan.refreshDueAt}, ${plan.grantExpiresAt},
      ${plan.idleEndsAt}, ${plan.ending?.at ?? null}, ${plan.ending?.reason ?? null}, ${plan.noticeAt})
    on conflict ("externalUserId", "appSlug", "account") do update
    set "sealedCredential" = excluded."sealedCredential", "expiresAt" = excluded."expiresAt",
      "status" = 'connected', "statusReason" = null, "failedAt" = null, "failures" = 0, "retryAt" = 0,
      "version" = "connection"."version" + 1, "updatedAt" = excluded."updatedAt",
      "usedAt" = excluded."usedAt", "refreshClass" = 0, ${planColumns(plan)}
    where "connection"."id" = excluded."id" and "connection"."version" = cast(${grant.seen} as integer)
    returning ${CONNECTION_COLUMNS}
  `.execute(db);
  return rows[0] ?? null;
}
