import { sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';
import type { CredentialStatus } from '../tables.ts';
import { type Fence, notOvertaken } from './fence.ts';

/** Why a refresh of the row, as it was read, failed. */
export interface Failure extends Fence {
  readonly id: number;
  readonly version: number;
  readonly status: Exclude<CredentialStatus, 'working'>;
  /** An error code. */
  readonly reason: string;
  /** When the platform may be asked again, in epoch milliseconds; null: whenever somebody asks. */
  readonly retryAt: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Marked {
  readonly userId: number;
  readonly appId: string;
  readonly status: CredentialStatus;
  readonly formerStatus: CredentialStatus;
  readonly statusReason: string;
  readonly updatedAt: number;
}

const mark = writing<Failure, Marked>({
  input: {
    id: 'integer',
    version: 'integer',
    status: 'text',
    reason: 'text',
    retryAt: 'bigint',
    at: 'bigint',
    lease: 'text',
    generation: 'bigint',
  },
  write: (f, from) => sql`
    update "Credential" set "formerStatus" = "Credential"."status", "status" = ${f.status},
      "statusReason" = ${f.reason}, "retryAt" = ${f.retryAt}, "invalid" = (${f.status} = 'needs_reconnect'),
      "failures" = case when "Credential"."status" = 'failing' then "Credential"."failures" + 1 else 1 end,
      "failedAt" = case when "Credential"."status" = ${f.status} then "Credential"."failedAt" else ${f.at} end,
      "refusedAt" = case when ${f.status} = 'needs_reconnect' then null else "Credential"."refusedAt" end,
      "updatedAt" = ${f.at}
    ${from}
    where "Credential"."id" = ${f.id} and "Credential"."version" = ${f.version}
      and ("Credential"."status" <> 'needs_reconnect' or ${f.status} = 'needs_reconnect')
      and ${notOvertaken(f)}
    returning "userId", "appId", "Credential"."status", "formerStatus", "statusReason",
      "Credential"."updatedAt"`,
  written: {
    userId: 'integer',
    appId: 'text',
    status: 'text',
    formerStatus: 'text',
    statusReason: 'text',
    updatedAt: 'bigint',
  },
  followUp: (m, from) => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select ${m.updatedAt}, 'credential.' || ${m.status}, 'instance', ${m.userId}, ${m.appId}, ${m.statusReason}
    ${from} where ${m.status} <> ${m.formerStatus}`,
});

/**
 * Notes why a refresh failed and when the next may be tried. The token stays. The event is written when the state
 * changes, so once an incident. A row that has changed since it was read stays as it is, and so does one that is
 * known to be dead: a fault on the way says nothing about it.
 * @returns whether an incident began with it
 */
export async function markFailed(store: Store, failure: Failure): Promise<boolean> {
  const [marked] = await mark(store, [failure]);
  return marked !== undefined && marked.status !== marked.formerStatus;
}
