import { type RawBuilder, sql } from 'kysely';
import { KeyferryError } from '../../protocol/index.ts';
import type { Db, SignInContext } from './context.ts';
import { derive } from './derive.ts';

/** How many tries are free, and how often the wait of one second then doubles. */
export interface Limit {
  /** What is counted: `account ada@example.com`. */
  readonly of: string;
  readonly free: number;
  readonly doublings: number;
}

/** Counts are forgotten this long after the last try, in milliseconds. Longer than the longest wait. */
export const TRIES_KEPT_MS = 3_600_000;
const SECOND_MS = 1_000;

type Needs = Pick<SignInContext, 'store' | 'tables' | 'keyring' | 'effects'>;

/**
 * Counts a try before it is judged, in one statement: tries side by side, in any process, cannot pass the
 * limit together.
 * @returns how many there were, this one included
 * @throws KeyferryError too_many_tries while the wait lasts
 */
export async function takeTry(context: Needs, limit: Limit): Promise<number> {
  const { store, tables, effects } = context;
  const now = effects.now();
  const old = sql.table(tables.tries);
  const forgotten = sql`${old}."lastAt" < ${now - TRIES_KEPT_MS}`;
  const over = sql`${old}."tries" + 1 - cast(${limit.free} as integer)`;
  const most = sql`cast(${limit.doublings} as integer)`;
  const { rows } = await sql<{ tries: number }>`
    insert into ${old} ("key", "tries", "lastAt", "blockedUntil")
    values (${keyOf(context, limit)}, 1, ${now}, 0)
    on conflict ("key") do update set
      "tries" = case when ${forgotten} then 1 else ${old}."tries" + 1 end,
      "lastAt" = excluded."lastAt",
      "blockedUntil" = case when ${forgotten} or ${over} < 0 then 0 else excluded."lastAt"
        + (cast(${SECOND_MS} as bigint) << (case when ${over} > ${most} then ${most} else ${over} end)) end
    where ${old}."blockedUntil" <= excluded."lastAt"
    returning "tries"`.execute(store.db);
  const [row] = rows;
  if (row) return row.tries;
  await refuseBlocked(context, limit);
  // Another process gave the try back between the two statements.
  throw tooManyTries(SECOND_MS);
}

/** Looks without counting. @throws KeyferryError too_many_tries while the wait lasts */
export async function refuseBlocked(context: Needs, limit: Limit): Promise<void> {
  const { store, tables, effects } = context;
  const now = effects.now();
  const { rows } = await sql<{ blockedUntil: number }>`
    select "blockedUntil" from ${sql.table(tables.tries)}
    where "key" = ${keyOf(context, limit)} and "blockedUntil" > ${now}`.execute(store.db);
  const [row] = rows;
  if (row) throw tooManyTries(row.blockedUntil - now);
}

/** Forgets the tries: somebody has shown to be the one. */
export async function clearTries(context: Needs, limits: readonly Limit[]): Promise<void> {
  const keys = limits.map(limit => keyOf(context, limit));
  await sql`delete from ${sql.table(context.tables.tries)} where "key" in (${sql.join(keys)})`.execute(
    context.store.db,
  );
}

/** Gives one try back of counts that several people share. The wait that it caused stays. */
export function giveBack(context: Needs, limits: readonly Limit[]): Promise<void> {
  return lessOne(context, limits, sql``);
}

/** Takes back tries that were counted and not judged, with the wait that they caused. */
export function undoTries(context: Needs, limits: readonly Limit[]): Promise<void> {
  return lessOne(context, limits, sql`, "blockedUntil" = 0`);
}

async function lessOne(
  context: Needs,
  limits: readonly Limit[],
  andAlso: RawBuilder<unknown>,
): Promise<void> {
  if (limits.length === 0) return;
  const keys = limits.map(limit => keyOf(context, limit));
  await sql`update ${sql.table(context.tables.tries)} set "tries" = "tries" - 1 ${andAlso}
    where "tries" > 0 and "key" in (${sql.join(keys)})`.execute(context.store.db);
}

/** Holds the row of a count until the transaction ends: others who need it wait. */
export async function holdTries(trx: Db, context: Needs, limit: Limit): Promise<void> {
  const table = sql.table(context.tables.tries);
  await sql`insert into ${table} ("key", "tries", "lastAt", "blockedUntil")
    values (${keyOf(context, limit)}, 0, ${context.effects.now()}, 0)
    on conflict ("key") do update set "lastAt" = excluded."lastAt"`.execute(trx);
}

function keyOf({ keyring }: Needs, { of }: Limit): string {
  return derive(keyring, `try of ${of}`).toString('base64url');
}

export function tooManyTries(waitMs: number): KeyferryError {
  return new KeyferryError('too_many_tries', 'There were too many tries. Wait before the next one.', {
    remedy: 'Wait as long as Retry-After says. An admin can make a one-time password.',
    retryAfterMs: waitMs,
  });
}
