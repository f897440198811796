import { type RawBuilder, sql } from 'kysely';
import { type Columns, type Given, type Store, writing } from '../../lib/db/index.ts';
import { statusAfter } from './refused.ts';

/** What makes a credential's row unique. */
export interface CredentialKey {
  readonly userId: number;
  readonly appId: string;
  /** Empty, as long as the wire names no account. */
  readonly account: string;
}

/** A received credential, ready to be stored. */
export interface StoredPush extends CredentialKey {
  readonly type: string;
  readonly sealedKey: string;
  readonly expiresAt: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** `missing`: the user is unknown or locked, or the app has no row. */
export type PushOutcome = 'created' | 'updated' | 'missing';

interface Written extends CredentialKey {
  readonly version: number;
  readonly pushedAt: number;
  readonly formerStatus: string;
}

const key = { userId: 'integer', appId: 'text', account: 'text' } as const;

/** What a received credential is made of, for SQL. */
export const PUSH_COLUMNS = {
  ...key,
  type: 'text',
  sealedKey: 'text',
  expiresAt: 'bigint',
  at: 'bigint',
} as const satisfies Columns<StoredPush>;

/**
 * The upsert of received credentials, up to its `returning`: user and app are checked, the row is made or
 * replaced whole, a dead mark is cleared.
 */
export function upsertCredentials(
  p: Given<StoredPush>,
  from: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  // Rows are taken in one order, so that two processes cannot lock each other out.
  return sql`
    insert into "Credential" ("userId", "appId", "account", "type", "sealedKey", "expiresAt",
      "createdAt", "updatedAt", "pushedAt")
    select ${p.userId}, ${p.appId}, ${p.account}, ${p.type}, ${p.sealedKey}, ${p.expiresAt}, ${p.at}, ${p.at}, ${p.at}
    ${from}
    where ${mayUse(p)} and exists (select 1 from "App" as a where a."slug" = ${p.appId})
    order by 1, 2, 3
    on conflict ("userId", "appId", "account") do update set
      "type" = excluded."type", "sealedKey" = excluded."sealedKey", "expiresAt" = excluded."expiresAt",
      "invalid" = false, ${statusAfter(sql`excluded."updatedAt"`)}, "version" = "Credential"."version" + 1,
      "updatedAt" = excluded."updatedAt", "pushedAt" = excluded."pushedAt"`;
}

/** There is such a user, who is not locked. */
function mayUse({ userId }: Pick<Given<StoredPush>, 'userId'>): RawBuilder<unknown> {
  return sql`not (select u."locked" from "users" as u where u."id" = ${userId})`;
}

/** The event of each credential that was written by a push: where it ends an incident, it says so. */
export function notePushes(
  w: Given<Pick<Written, 'userId' | 'appId' | 'version' | 'pushedAt' | 'formerStatus'>>,
  from: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  return sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select ${w.pushedAt},
      case when ${w.formerStatus} = 'working' then 'credential.pushed' else 'credential.recovered' end,
      'platform', ${w.userId}, ${w.appId}, 'version ' || ${w.version} ${from}`;
}

const written = { ...key, version: 'integer', pushedAt: 'bigint', formerStatus: 'text' } as const;

/** For the rows that are there: an upsert would use up an id, or write the page that holds them, each time. */
const replace = writing<StoredPush, Written>({
  input: PUSH_COLUMNS,
  write: (p, from) => sql`
    update "Credential" set "type" = ${p.type}, "sealedKey" = ${p.sealedKey}, "expiresAt" = ${p.expiresAt},
      "invalid" = false, ${statusAfter(p.at)}, "version" = "Credential"."version" + 1,
      "updatedAt" = ${p.at}, "pushedAt" = ${p.at}
    ${from}
    where "Credential"."userId" = ${p.userId} and "Credential"."appId" = ${p.appId}
      and "Credential"."account" = ${p.account} and ${mayUse(p)}
    returning "Credential"."userId", "Credential"."appId", "Credential"."account", "version", "pushedAt",
      "formerStatus"`,
  written,
  followUp: notePushes,
});

const create = writing<StoredPush, Written>({
  input: PUSH_COLUMNS,
  write: (p, from) => sql`${upsertCredentials(p, from)}
    returning "userId", "appId", "account", "version", "pushedAt", "formerStatus"`,
  written,
  followUp: notePushes,
});

/**
 * Stores credentials of different rows, each with its event in the same commit: user and app are checked,
 * the row is replaced whole or made, a dead mark is cleared. Two processes that write the same rows in
 * another order can end in a deadlock, which PostgreSQL breaks: then nothing was written, and a repeat is safe.
 * @returns one outcome a push, in their order
 */
export async function storePushes(store: Store, pushes: readonly StoredPush[]): Promise<PushOutcome[]> {
  const versions = new Map<string, number>();
  const note = (rows: readonly Written[]) => {
    for (const row of rows) versions.set(rowKey(row), row.version);
  };
  note(await replace(store, pushes));
  const absent = pushes.filter(push => !versions.has(rowKey(push)));
  if (absent.length > 0) note(await create(store, absent));
  return pushes.map(push => {
    const version = versions.get(rowKey(push));
    if (version === undefined) return 'missing';
    return version === 1 ? 'created' : 'updated';
  });
}

export function rowKey({ userId, appId, account }: CredentialKey): string {
  return `${userId}\n${appId}\n${account}`;
}

/** The identity that seals a credential: a row moved to another user, app or account does not open. */
export function credentialIdentity({ userId, appId, account }: CredentialKey): string {
  return `credential:${userId}:${appId}:${account}`;
}
