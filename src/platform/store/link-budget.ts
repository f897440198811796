import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/**
 * Takes a request, and the longest answer that it may bring, out of what a session may ask of services.
 * @param budget.requests how many it may send at most
 * @param budget.bytes how much it may be answered at most
 * @param budget.answer how much this answer may be
 * @returns whether there was room
 */
export async function reserveRequest(
  db: Db,
  sessionId: string,
  { requests, bytes, answer }: { requests: number; bytes: number; answer: number },
): Promise<boolean> {
  const { rows } = await sql`
    update "connect_session" set "requests" = "requests" + 1, "bytes" = "bytes" + ${answer}
    where "id" = ${sessionId} and "requests" < ${requests} and "bytes" + ${answer} <= ${bytes}
    returning "id"
  `.execute(db);
  return rows.length > 0;
}

/** Puts back what an answer did not need. */
export async function giveBackBytes(db: Db, sessionId: string, bytes: number): Promise<void> {
  await sql`update "connect_session" set "bytes" = "bytes" - ${bytes} where "id" = ${sessionId}`.execute(db);
}
