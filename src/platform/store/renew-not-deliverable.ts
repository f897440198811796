import { sql } from 'kysely';
import type { Db } from '../tables.ts';
import { ANEW } from './anew.ts';

/** Makes due what a target was not sent for want of a setting. @param at epoch milliseconds */
export async function renewNotDeliverable(db: Db, targetId: string, at: number): Promise<void> {
  await sql`
    update "outbox" set ${ANEW(at)}
    where "targetId" = ${targetId} and "state" = 'stopped' and "lastError" like 'not_deliverable:%'
  `.execute(db);
}
