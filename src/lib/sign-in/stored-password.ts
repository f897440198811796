import { sql } from 'kysely';
import { isKeyferryError } from '../../protocol/index.ts';
import { open, seal } from '../sealed-box.ts';
import type { Db, SignInContext } from './context.ts';
import { tellRefused } from './refused.ts';

/** How long a one-time password can be used, in milliseconds. */
export const ONE_TIME_MS = 86_400_000;

type Needs = Pick<SignInContext, 'keyring' | 'role'>;

/** The sealed form of a password's hash: in the row of another person it does not open. */
export function sealPassword({ keyring, role }: Needs, id: number, hash: string): string {
  return seal(keyring, hash, identity(role, id));
}

/** The hash of a person's password; null where there is none, or it is not one that we wrote for that person. */
export async function openPassword(
  context: Needs & Pick<SignInContext, 'store' | 'effects' | 'note'>,
  { id, sealedPassword }: { readonly id: number; readonly sealedPassword: string | null },
): Promise<string | null> {
  if (sealedPassword === null) return null;
  try {
    return open(context.keyring, sealedPassword, identity(context.role, id));
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    await tellRefused(context, { kind: 'password.refused', personId: id, row: String(id) }, error.message);
    return null;
  }
}

export interface NewPassword {
  readonly id: number;
  readonly hash: string;
  /** Until when it serves, once, and must then be changed, in epoch milliseconds; null: it is the person's own. */
  readonly oneTimeUntil: number | null;
}

/** @returns whether there is such a person */
export async function putPassword(
  db: Db,
  context: Needs & { readonly tables: Pick<SignInContext['tables'], 'people'> },
  { id, hash, oneTimeUntil }: NewPassword,
): Promise<boolean> {
  const { rows } = await sql`update ${sql.table(context.tables.people)}
    set "sealedPassword" = ${sealPassword(context, id, hash)}, "mustChangePassword" = ${oneTimeUntil !== null},
      "passwordEndsAt" = cast(${oneTimeUntil} as bigint), "passwordHash" = null
    where "id" = ${id} returning "id"`.execute(db);
  return rows.length > 0;
}

/** Uses a one-time password up. @returns false when it has been used, or is too old */
export async function useOneTimePassword(
  db: Db,
  { tables }: Pick<SignInContext, 'tables'>,
  id: number,
  now: number,
): Promise<boolean> {
  const { rows } = await sql`update ${sql.table(tables.people)} set "passwordEndsAt" = 0
    where "id" = ${id} and "mustChangePassword" and "passwordEndsAt" > ${now} returning "id"`.execute(db);
  return rows.length > 0;
}

/**
 * Seals the passwords that an earlier version stored as bare hashes, all at once, where none is sealed yet. From then
 * on a bare hash is somebody else's, and is taken out. One-time passwords serve for a day more.
 */
export async function sealFormerPasswords(context: SignInContext): Promise<void> {
  const { store, tables, effects, note } = context;
  const people = sql.table(tables.people);
  const now = effects.now();
  await store.db.transaction().execute(async trx => {
    const { rows } = await sql<{ id: number; passwordHash: string; mustChangePassword: boolean | 0 | 1 }>`
      select "id", "passwordHash", "mustChangePassword" from ${people} where "passwordHash" is not null`.execute(
      trx,
    );
    if (rows.length === 0) return;
    const { rows: sealed } =
      await sql`select 1 from ${people} where "sealedPassword" is not null limit 1`.execute(trx);
    const former = sealed.length === 0;
    for (const { id, passwordHash, mustChangePassword } of rows) {
      const oneTimeUntil = mustChangePassword ? now + ONE_TIME_MS : null;
      if (former) await putPassword(trx, context, { id, hash: passwordHash, oneTimeUntil });
      const kind = former ? 'user.password_sealed' : 'password.refused';
      await note(trx, { kind, actor: former ? 'upgrade' : 'anonymous', personId: id }, now);
    }
    await sql`update ${people} set "passwordHash" = null where "passwordHash" is not null`.execute(trx);
    const ids = rows.map(({ id }) => id);
    if (former) effects.log.warn({ people: ids.length }, 'passwords of an earlier version are sealed now');
    else effects.log.error({ kind: 'password.refused', people: ids }, 'rows of the database were refused');
  });
}

function identity(role: string, id: number): string {
  return `password:${role}:${id}`;
}
