import { sql } from 'kysely';
import type { Db, HostWebhookTable } from '../tables.ts';

export type HostWebhookRow = Pick<HostWebhookTable, 'url' | 'sealedSecrets' | 'updatedAt'>;

/** Where the host hears of events, sealed; null: nowhere. */
export async function findHostWebhookRow(db: Db): Promise<HostWebhookRow | null> {
  const { rows } =
    await sql<HostWebhookRow>`select "url", "sealedSecrets", "updatedAt" from "host_webhook"`.execute(db);
  return rows[0] ?? null;
}
