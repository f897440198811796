import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Removes the pushes of a connection that is gone, where no delete has taken their place. */
export async function deletePushes(db: Db, connectionId: string): Promise<void> {
  await sql`
    delete from "outbox" where "connectionId" = ${connectionId} and "topic" = 'credential.push'
  `.execute(db);
}
