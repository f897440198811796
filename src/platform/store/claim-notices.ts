import { type RawBuilder, sql } from 'kysely';
import { among, type Engine, skipLocked } from '../../lib/db/index.ts';
import { type EndingReason, LAST_NOTICE_MS } from '../lifetime/index.ts';
import type { Db } from '../tables.ts';

export interface ConnectionNotice {
  readonly id: string;
  readonly externalUserId: string;
  readonly appSlug: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  readonly endingReason: EndingReason;
}

export interface SecretNotice {
  readonly slug: string;
  /** Epoch milliseconds. */
  readonly secretExpiresAt: number;
}

interface Claim {
  readonly engine: Engine;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly limit: number;
}

/** Takes the endings of connections that are to be told now: each comes once more, a day before the end. */
export async function claimConnectionNotices(
  db: Db,
  { engine, at, limit }: Claim,
): Promise<ConnectionNotice[]> {
  const due = sql`
    select "id" from "connection" where "endingNoticeAt" <= ${at}
    order by "endingNoticeAt", "id" limit ${limit} ${skipLocked(engine)}`;
  const { rows } = await sql<ConnectionNotice>`
    update "connection" set "endingNoticeAt" = ${next(sql.ref('endsAt'), at)} where "id" ${among(engine, due)}
    returning "id", "externalUserId", "appSlug", "endsAt", "endingReason"
  `.execute(db);
  return rows;
}

/** The same of client secrets, of which there are few. */
export async function claimSecretNotices(db: Db, { engine, at, limit }: Claim): Promise<SecretNotice[]> {
  const { rows } = await sql<SecretNotice>`
    update "platform_app" set "secretNoticeAt" = ${next(sql.ref('secretExpiresAt'), at)}
    where "slug" in (
      select "slug" from "platform_app" where "secretNoticeAt" <= ${at}
      order by "secretNoticeAt" limit ${limit} ${skipLocked(engine)})
    returning "slug", "secretExpiresAt"
  `.execute(db);
  return rows;
}

/** The last notice, where it is still to come. */
function next(endsAt: RawBuilder<unknown>, at: number): RawBuilder<unknown> {
  const last = sql`${endsAt} - ${sql.lit(LAST_NOTICE_MS)}`;
  return sql`case when ${last} > ${at} then ${last} else null end`;
}
