import { sql } from 'kysely';
import type { Db, TargetTable } from '../tables.ts';
import type { TargetRow } from './put-target.ts';

/** Every target, sealed. */
export async function listTargets(db: Db): Promise<TargetRow[]> {
  const { rows } = await sql<TargetTable & { withRefreshToken: boolean | 0 | 1 }>`
    select "id", "kind", "webappUrl", "header", "sealedSecret", "sealedEncryptionKey", "sealedApiKey",
      "sealedCalendsoKey", "withRefreshToken", "updatedAt"
    from "target" order by "id"
  `.execute(db);
  return rows.map(row => ({ ...row, withRefreshToken: Boolean(row.withRefreshToken) }));
}
