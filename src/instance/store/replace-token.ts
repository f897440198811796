import { sql } from 'kysely';
import { type ColumnType, type Database, writeThen } from '../../lib/db/index.ts';
import type { InstanceTables } from '../tables.ts';

interface Replaced {
  readonly userId: number;
  readonly appId: string;
  readonly version: number;
  readonly refreshedAt: number;
}

const REPLACED: Record<keyof Replaced, ColumnType> = {
  userId: 'integer',
  appId: 'text',
  version: 'integer',
  refreshedAt: 'bigint',
};

/**
 * Writes a refreshed token, unless the row has changed since it was read: a push that landed meanwhile is
 * newer than an answer that was asked for before it.
 * @returns whether it was written
 */
export async function replaceToken(
  database: Pick<Database<InstanceTables>, 'db' | 'engine'>,
  token: {
    readonly id: number;
    readonly version: number;
    readonly sealedKey: string;
    readonly expiresAt: number | null;
    /** Epoch milliseconds. */
    readonly at: number;
  },
): Promise<boolean> {
  const replaced = await writeThen(database, {
    write: sql<Replaced>`
      update "Credential" set "sealedKey" = ${token.sealedKey}, "expiresAt" = cast(${token.expiresAt} as bigint),
        "version" = "version" + 1, "status" = 'working', "statusReason" = null, "invalid" = false,
        "failedAt" = null, "refreshedAt" = cast(${token.at} as bigint), "updatedAt" = cast(${token.at} as bigint)
      where "id" = ${token.id} and "version" = ${token.version}
      returning "userId", "appId", "version", "refreshedAt"`,
    columns: REPLACED,
    followUp: rows => sql`
      insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
      select w."refreshedAt", 'credential.refreshed', 'instance', w."userId", w."appId",
        'version ' || w."version" from ${rows} as w where true`,
  });
  return replaced.length > 0;
}
