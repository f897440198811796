import { sql } from 'kysely';
import { KeyferryError } from '../../protocol/index.ts';
import type { Engine } from '../db/index.ts';
import type { Db, SignInContext, SignInTables } from './context.ts';
import { accountLimits } from './limits.ts';
import { createOneTimePassword } from './one-time-password.ts';
import { hashPassword } from './password-hash.ts';
import { deleteSessionsOf } from './sessions.ts';
import { ONE_TIME_MS, putPassword } from './stored-password.ts';
import { clearTries } from './tries.ts';

/** One who may sign in. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly role: 'admin' | 'user';
  readonly mustChangePassword: boolean;
}

export interface PersonRow {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly isAdmin: boolean | 0 | 1;
  readonly locked: boolean | 0 | 1;
  readonly mustChangePassword: boolean | 0 | 1;
  readonly sealedPassword: string | null;
}

/** The columns of `PersonRow`, of the row `p`. */
export function personColumns({ isAdmin }: SignInTables) {
  return sql`p."id", p."email", p."name", ${isAdmin} as "isAdmin", p."locked", p."mustChangePassword",
    p."sealedPassword"`;
}

export function personOf({ id, email, name, isAdmin, mustChangePassword }: PersonRow): Person {
  return {
    id,
    email,
    name,
    role: isAdmin ? 'admin' : 'user',
    mustChangePassword: Boolean(mustChangePassword),
  };
}

export async function findPerson(db: Db, tables: SignInTables, email: string): Promise<PersonRow | null> {
  // PostgreSQL refuses NUL in a text; no row has one.
  if (email.includes('\0')) return null;
  const { rows } = await sql<PersonRow>`select ${personColumns(tables)}
    from ${sql.table(tables.people)} as p where p."email" = ${email.toLowerCase()}`.execute(db);
  return rows[0] ?? null;
}

/** Whether somebody could still sign in as an admin, were the lock lifted: then there is nothing to set up. */
export async function hasAdmin(db: Db, { people, isAdmin }: SignInTables): Promise<boolean> {
  const { rows } = await sql`select p."id" from ${sql.table(people)} as p
    where ${isAdmin} and p."sealedPassword" is not null limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Holds a person's row until the transaction ends, so that what was just judged stays true: no password is
 * changed and nobody is locked meanwhile.
 * @returns false when the password is another one by now, or the person is locked or gone
 */
export async function holdPerson(
  trx: Db,
  { store, tables }: Pick<SignInContext, 'store' | 'tables'>,
  { id, sealedPassword }: { id: number; sealedPassword: string | null },
): Promise<boolean> {
  const { rows } = await sql`select "id" from ${sql.table(tables.people)}
    where "id" = ${id} and "sealedPassword" = ${sealedPassword} and not "locked" ${forUpdate(store.engine)}`.execute(
    trx,
  );
  return rows.length > 0;
}

/** SQLite has one writer and needs nothing. */
function forUpdate(engine: Engine) {
  return engine === 'postgres' ? sql`for update` : sql``;
}

/**
 * Refuses what would leave nobody who can sign in as an admin. Holds the admins' rows until the transaction
 * ends, so that two admins cannot lock each other at once.
 * @param trx a transaction
 * @throws KeyferryError last_admin
 */
export async function keepAnAdmin(
  trx: Db,
  engine: Engine,
  { people, isAdmin }: SignInTables,
  id: number,
): Promise<void> {
  const { rows } = await sql<{ id: number }>`select p."id" from ${sql.table(people)} as p
    where ${isAdmin} and not p."locked" and p."sealedPassword" is not null order by p."id" ${forUpdate(engine)}`.execute(
    trx,
  );
  if (rows.length === 1 && rows[0]?.id === id) {
    throw new KeyferryError('last_admin', 'This is the last admin who can sign in.', {
      remedy: 'Make another admin first, and let that one sign in.',
    });
  }
}

/**
 * Gives somebody a new password that serves once, within a day, and must then be changed; ends all of that person's
 * sessions.
 * @returns the password, which is not kept; null when there is no such person
 */
export async function makeOneTimePassword(
  context: SignInContext,
  id: number,
  actor: string,
): Promise<string | null> {
  const { store, tables, effects, note } = context;
  const password = createOneTimePassword();
  const hash = await hashPassword(password);
  const now = effects.now();
  const email = await store.db.transaction().execute(async trx => {
    if (!(await putPassword(trx, context, { id, hash, oneTimeUntil: now + ONE_TIME_MS }))) return null;
    await deleteSessionsOf(trx, tables, id);
    await note(trx, { kind: 'user.one_time_password_made', actor, personId: id }, now);
    const { rows } = await sql<{ email: string }>`select "email" from ${sql.table(tables.people)}
      where "id" = ${id}`.execute(trx);
    return rows[0]?.email ?? null;
  });
  if (email === null) return null;
  await clearTries(context, accountLimits(email));
  return password;
}
