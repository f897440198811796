import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import type { HostWebhookRow } from './find-host-webhook.ts';

/** Sets where the host hears of events; null: nowhere. @param at epoch milliseconds */
export async function putHostWebhookRow(
  db: Db,
  row: Omit<HostWebhookRow, 'updatedAt'> | null,
  at: number,
): Promise<void> {
  if (row === null) {
    await sql`delete from "host_webhook"`.execute(db);
    return;
  }
  await sql`
    insert into "host_webhook" ("id", "url", "sealedSecrets", "updatedAt")
    values ('host', ${row.url}, ${row.sealedSecrets}, ${at})
    on conflict ("id") do update
    set "url" = excluded."url", "sealedSecrets" = excluded."sealedSecrets", "updatedAt" = excluded."updatedAt"
  `.execute(db);
}
