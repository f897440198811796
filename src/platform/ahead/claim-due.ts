import { type RawBuilder, sql } from 'kysely';
import { among, type Engine, skipLocked } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';

/** A connection that is this process's to refresh. */
export interface Claimed {
  readonly id: string;
  /** The version that is to be replaced. */
  readonly version: number;
  /** Whether anything says that it ends: else a migration made it due, and it has to be looked at first. */
  readonly expiresAt: number | null;
  readonly idleEndsAt: number | null;
}

export interface Claim {
  readonly appSlug: string;
  /** 0: in use; 1: not. */
  readonly refreshClass: 0 | 1;
  /** Those due by then, in epoch milliseconds. */
  readonly at: number;
  /** For how long it is nobody else's, in milliseconds. */
  readonly forMs: number;
  readonly limit: number;
}

/**
 * Claims what is due of one app, longest due first, by moving it on: a claim that nobody fulfils is due again
 * when it ends. The rows are found in the index, however many there are.
 */
export async function claimDue({ db, engine }: { db: Db; engine: Engine }, claim: Claim): Promise<Claimed[]> {
  if (claim.limit <= 0) return [];
  const { rows } = await claimStatement(engine, claim).execute(db);
  return rows;
}

/** The statement of `claimDue`. */
export function claimStatement(
  engine: Engine,
  { appSlug, refreshClass, at, forMs, limit }: Claim,
): RawBuilder<Claimed> {
  const due = sql`
    select "id" from "connection"
    where "appSlug" = ${appSlug} and "refreshClass" = ${refreshClass} and "refreshDueAt" <= ${at}
    order by "refreshDueAt" limit ${limit} ${skipLocked(engine)}`;
  return sql<Claimed>`
    update "connection" set "refreshDueAt" = cast(${at + forMs} as bigint) where "id" ${among(engine, due)}
    returning "id", "version", "expiresAt", "idleEndsAt"`;
}
