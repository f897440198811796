import { sql } from 'kysely';
import { deleteSessionsOf, keepAnAdmin, type SignInContext } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { insertEvent } from './insert-event.ts';
import { USER_COLUMNS, type UserRow, type UserView, userView } from './users.ts';

export interface UserChanges {
  readonly name?: string | null | undefined;
  readonly timeZone?: string | undefined;
  readonly locale?: string | null | undefined;
  readonly role?: 'USER' | 'ADMIN' | undefined;
  readonly locked?: boolean | undefined;
}

/**
 * Changes a user. Who is locked is signed out everywhere at once.
 * @param actor who does it, for the events
 * @throws KeyferryError user_not_found; last_admin when nobody could administer any more
 */
export async function updateUser(
  { store, tables, effects }: Pick<SignInContext, 'store' | 'tables' | 'effects'>,
  { id, changes, actor }: { readonly id: number; readonly changes: UserChanges; readonly actor: string },
): Promise<UserView> {
  const { role, locked } = changes;
  return store.db.transaction().execute(async trx => {
    if (role === 'USER' || locked === true) await keepAnAdmin(trx, store.engine, tables, id);
    const before = await readUser(id);
    const columns = Object.entries(changes).filter(([, value]) => value !== undefined);
    if (columns.length > 0) {
      const set = sql.join(columns.map(([name, value]) => sql`${sql.ref(name)} = ${value}`));
      await sql`update "users" set ${set} where "id" = ${id}`.execute(trx);
    }
    if (locked === true) await deleteSessionsOf(trx, tables, id);
    const now = effects.now();
    if (role !== undefined && role !== before.role) {
      const detail = `${before.role} to ${role}`;
      await insertEvent(trx, { kind: 'user.role_changed', actor, userId: id, detail }, now);
    }
    if (locked !== undefined && locked !== before.locked) {
      const kind = locked ? 'user.locked' : 'user.unlocked';
      await insertEvent(trx, { kind, actor, userId: id }, now);
    }
    return readUser(id);

    async function readUser(known: number): Promise<UserView> {
      const { rows } = await sql<UserRow>`select ${USER_COLUMNS} from "users"
        where "id" = ${known}`.execute(trx);
      const [row] = rows;
      if (row) return userView(row);
      throw new KeyferryError('user_not_found', 'There is no user of this id.');
    }
  });
}
