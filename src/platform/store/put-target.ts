import { sql } from 'kysely';
import type { Db, TargetKind } from '../tables.ts';

export interface NewTarget {
  readonly id: string;
  readonly kind: TargetKind;
  readonly webappUrl: string;
  readonly header: string | null;
  readonly sealedSecret: string;
  readonly sealedEncryptionKey: string;
  readonly sealedApiKey: string | null;
  readonly sealedCalendsoKey: string | null;
  readonly withRefreshToken: boolean;
}

export interface TargetRow extends NewTarget {
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

/** Makes a target, or brings it up to date. @param at epoch milliseconds */
export async function putTarget(db: Db, target: NewTarget, at: number): Promise<void> {
  await sql`
    insert into "target" ("id", "kind", "webappUrl", "header", "sealedSecret", "sealedEncryptionKey",
      "sealedApiKey", "sealedCalendsoKey", "withRefreshToken", "createdAt", "updatedAt")
    values (${target.id}, ${target.kind}, ${target.webappUrl}, ${target.header}, ${target.sealedSecret},
      ${target.sealedEncryptionKey}, ${target.sealedApiKey}, ${target.sealedCalendsoKey},
      ${target.withRefreshToken}, ${at}, ${at})
    on conflict ("id") do update
    set "kind" = excluded."kind", "webappUrl" = excluded."webappUrl", "header" = excluded."header",
      "sealedSecret" = excluded."sealedSecret", "sealedEncryptionKey" = excluded."sealedEncryptionKey",
      "sealedApiKey" = excluded."sealedApiKey", "sealedCalendsoKey" = excluded."sealedCalendsoKey",
      "withRefreshToken" = excluded."withRefreshToken", "updatedAt" = excluded."updatedAt"
  `.execute(db);
}
