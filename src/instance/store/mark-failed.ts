import { sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';
import type { CredentialStatus } from '../tables.ts';

/** Why a refresh of the row, as it was read, failed. */
export interface Failure {
  readonly id: number;
  readonly version: number;
  readonly status: Exclude<CredentialStatus, 'working'>;
  /** An error code. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Marked {
  readonly userId: number;
  readonly appId: string;
  readonly status: string;
  readonly statusReason: string;
  readonly failedAt: number;
}

const mark = writing<Failure, Marked>({
  input: { id: 'integer', version: 'integer', status: 'text', reason: 'text', at: 'bigint' },
  write: input => sql`
    update "Credential" set "status" = f."status", "statusReason" = f."reason", "failedAt" = f."at",
      "invalid" = (f."status" = 'needs_reconnect')
    from ${input} as f
    where "Credential"."id" = f."id" and "Credential"."version" = f."version"
      and ("Credential"."status" <> f."status" or coalesce("Credential"."statusReason", '') <> f."reason")
    returning "userId", "appId", "Credential"."status", "statusReason", "failedAt"`,
  written: { userId: 'integer', appId: 'text', status: 'text', statusReason: 'text', failedAt: 'bigint' },
  followUp: marked => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select m."failedAt", 'credential.' || m."status", 'instance', m."userId", m."appId", m."statusReason"
    from ${marked} as m where true`,
});

/**
 * Notes why a refresh failed, once an incident: a row that says so already, or has changed since it was
 * read, stays as it is. The token stays too.
 */
export async function markFailed(store: Store, failure: Failure): Promise<void> {
  await mark(store, [failure]);
}
