import { sql } from 'kysely';
import type { Db } from '../tables.ts';

/** Wipes a connection, unless it has changed since it was read. @returns whether it was wiped */
export async function deleteConnection(
  db: Db,
  { id, version }: { id: string; version: number },
): Promise<boolean> {
  const { rows } = await sql`
    delete from "connection" where "id" = ${id} and "version" = ${version} returning "id"
  `.execute(db);
  return rows.length > 0;
}
