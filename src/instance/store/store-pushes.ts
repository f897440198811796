import { sql } from 'kysely';
import { type ColumnType, type Database, jsonRows, writeThen } from '../../lib/db/index.ts';
import type { InstanceTables } from '../tables.ts';

/** A received credential, ready to be stored. */
export interface StoredPush {
  readonly userId: number;
  readonly appId: string;
  readonly type: string;
  readonly account: string;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** `missing`: the user is unknown or locked, or the app has no row. */
export type PushOutcome = 'created' | 'updated' | 'missing';

const INPUT: Record<keyof StoredPush, ColumnType> = {
  userId: 'integer',
  appId: 'text',
  type: 'text',
  account: 'text',
  sealedKey: 'text',
  expiresAt: 'bigint',
  at: 'bigint',
};

interface Written {
  readonly userId: number;
  readonly appId: string;
  readonly account: string;
  readonly version: number;
  readonly pushedAt: number;
}

const WRITTEN: Record<keyof Written, ColumnType> = {
  userId: 'integer',
  appId: 'text',
  account: 'text',
  version: 'integer',
  pushedAt: 'bigint',
};

/**
 * Stores credentials of different rows in one commit, with their events: user and app are checked, the row
 * is made or replaced whole, a dead mark is cleared, all by one statement. Rows are taken in one order, so
 * that two processes cannot lock each other out.
 * @returns one outcome a push, in their order
 */
export async function storePushes(
  database: Pick<Database<InstanceTables>, 'db' | 'engine'>,
  pushes: readonly StoredPush[],
): Promise<PushOutcome[]> {
  const write = sql<Written>`
    insert into "Credential" ("userId", "appId", "type", "account", "sealedKey", "expiresAt",
      "createdAt", "updatedAt", "pushedAt")
    select p."userId", p."appId", p."type", p."account", p."sealedKey", p."expiresAt", p."at", p."at", p."at"
    from ${jsonRows(database.engine, pushes, INPUT)} as p
    join "users" as u on u."id" = p."userId"
    join "App" as a on a."slug" = p."appId"
    where not u."locked"
    order by p."userId", p."appId", p."account"
    on conflict ("userId", "appId", "account") do update set
      "type" = excluded."type", "sealedKey" = excluded."sealedKey", "expiresAt" = excluded."expiresAt",
      "invalid" = false, "status" = 'working', "statusReason" = null, "failedAt" = null,
      "version" = "Credential"."version" + 1, "updatedAt" = excluded."updatedAt", "pushedAt" = excluded."pushedAt"
    returning "userId", "appId", "account", "version", "pushedAt"`;
  const written = await writeThen(database, {
    write,
    columns: WRITTEN,
    followUp: rows => sql`
      insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
      select w."pushedAt", 'credential.pushed', 'platform', w."userId", w."appId",
        'version ' || w."version" from ${rows} as w where true`,
  });
  const versions = new Map(written.map(row => [rowKey(row), row.version]));
  return pushes.map(push => {
    const version = versions.get(rowKey(push));
    if (version === undefined) return 'missing';
    return version === 1 ? 'created' : 'updated';
  });
}

/** What makes a credential's row unique. */
export function rowKey(row: {
  readonly userId: number;
  readonly appId: string;
  readonly account: string;
}): string {
  return `${row.userId}\n${row.appId}\n${row.account}`;
}

/** The identity that seals a credential: a row moved to another user, app or account does not open. */
export function credentialIdentity(row: {
  readonly userId: number;
  readonly appId: string;
  readonly account: string;
}): string {
  return `credential:${row.userId}:${row.appId}:${row.account}`;
}
