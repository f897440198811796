import { sql } from 'kysely';
import type { Plan } from '../lifetime/index.ts';
import type { ConnectionStatus, Db } from '../tables.ts';
import { planColumns } from './plan-columns.ts';

/**
 * Notes a refresh that failed, unless the row has changed since it was read. The version stays: the
 * credential is the same.
 * @param failure.retryAt epoch milliseconds before which the provider is not asked again
 * @param at epoch milliseconds
 * @returns whether it was noted
 */
export async function markFailed(
  db: Db,
  failure: {
    id: string;
    version: number;
    status: Exclude<ConnectionStatus, 'connected'>;
    reason: string;
    retryAt: number;
    plan: Plan;
  },
  at: number,
): Promise<boolean> {
  const { rows } = await sql`
    update "connection"
    set "status" = ${failure.status}, "statusReason" = ${failure.reason}, "failures" = "failures" + 1,
      "retryAt" = cast(${failure.retryAt} as bigint), "failedAt" = cast(${at} as bigint),
      "updatedAt" = cast(${at} as bigint), ${planColumns(failure.plan)}
    where "id" = ${failure.id} and "version" = ${failure.version} and "status" <> 'needs_reconnect'
    returning "id"
  `.execute(db);
  return rows.length > 0;
}
