import { sql } from 'kysely';
import { type ColumnType, type Database, writeThen } from '../../lib/db/index.ts';
import type { CredentialStatus, InstanceTables } from '../tables.ts';

interface Marked {
  readonly userId: number;
  readonly appId: string;
  readonly status: string;
  readonly statusReason: string;
  readonly failedAt: number;
}

const MARKED: Record<keyof Marked, ColumnType> = {
  userId: 'integer',
  appId: 'text',
  status: 'text',
  statusReason: 'text',
  failedAt: 'bigint',
};

/**
 * Notes why a refresh failed, once an incident: a row that says so already, or has changed since it was
 * read, stays as it is. The token stays too.
 */
export async function markFailed(
  database: Pick<Database<InstanceTables>, 'db' | 'engine'>,
  failure: {
    readonly id: number;
    readonly version: number;
    readonly status: Exclude<CredentialStatus, 'working'>;
    /** An error code. */
    readonly reason: string;
    /** Epoch milliseconds. */
    readonly at: number;
  },
): Promise<void> {
  const { status, reason } = failure;
  await writeThen(database, {
    write: sql<Marked>`
      update "Credential" set "status" = ${status}, "statusReason" = ${reason},
        "invalid" = ${status === 'needs_reconnect'}, "failedAt" = cast(${failure.at} as bigint)
      where "id" = ${failure.id} and "version" = ${failure.version}
        and ("status" <> ${status} or coalesce("statusReason", '') <> ${reason})
      returning "userId", "appId", "status", "statusReason", "failedAt"`,
    columns: MARKED,
    followUp: rows => sql`
      insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
      select w."failedAt", 'credential.' || w."status", 'instance', w."userId", w."appId", w."statusReason"
      from ${rows} as w where true`,
  });
}
