import { sql } from 'kysely';
import type { Plan } from '../lifetime/index.ts';
import type { Db } from '../tables.ts';
import { CONNECTION_COLUMNS, type ConnectionRow } from './connection-row.ts';
import { planColumns } from './plan-columns.ts';

/** How long after its last use a connection is refreshed before those that nobody uses, in milliseconds. */
export const IN_USE_MS = 7 * 86_400_000;

/**
 * Writes a refreshed credential, unless the row has changed since it was read.
 * @param at epoch milliseconds
 * @returns the row as it is now, or null when another write came first
 */
export async function replaceCredential(
  db: Db,
  refreshed: {
    id: string;
    version: number;
    sealedCredential: string;
    expiresAt: number | null;
    plan: Plan;
  },
  at: number,
): Promise<ConnectionRow | null> {
  const { rows } = await sql<ConnectionRow>`
    update "connection"
    set "sealedCredential" = ${refreshed.sealedCredential}, "expiresAt" = cast(${refreshed.expiresAt} as bigint),
      "version" = "version" + 1, "status" = 'connected', "statusReason" = null, "failedAt" = null,
      "failures" = 0, "retryAt" = 0, "refreshedAt" = cast(${at} as bigint), "updatedAt" = cast(${at} as bigint),
      "refreshClass" = case when "usedAt" > ${at - IN_USE_MS} then 0 else 1 end, ${planColumns(refreshed.plan)}
    where "id" = ${refreshed.id} and "version" = ${refreshed.version}
    returning ${CONNECTION_COLUMNS}
  `.execute(db);
  return rows[0] ?? null;
}
