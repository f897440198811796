import { sql } from 'kysely';
import type { Plan } from '../lifetime/index.ts';
import type { Db } from '../tables.ts';
import { planColumns } from './plan-columns.ts';

/** Writes what is foreseen for a connection that is well, unless it has changed since it was read. */
export async function putPlan(
  db: Db,
  { id, version, plan }: { id: string; version: number; plan: Plan },
): Promise<void> {
  await sql`
    update "connection" set ${planColumns(plan)}
    where "id" = ${id} and "version" = ${version} and "status" = 'connected'
  `.execute(db);
}
