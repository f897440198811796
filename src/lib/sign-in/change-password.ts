import { sql } from 'kysely';
import { KeyferryError } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { changeLimit, passwordLimit } from './limits.ts';
import { hashPassword, isPassword } from './password-hash.ts';
import { checkPassword } from './password-rules.ts';
import { holdPerson } from './people.ts';
import { deleteSessionsOf, type Session } from './sessions.ts';
import { openPassword, putPassword } from './stored-password.ts';
import { clearTries, type Limit, takeTry, undoTries } from './tries.ts';

/**
 * Changes one's own password and ends one's other sessions.
 * @throws KeyferryError password_wrong, password_refused, too_many_tries, conflict when it was changed meanwhile
 */
export async function changePassword(
  context: SignInContext,
  { id: sessionId, person }: Session,
  { current, password }: { readonly current: string; readonly password: string },
): Promise<void> {
  const { store, tables, effects, note, actorOf } = context;
  // What costs nothing is judged first: no hash is made for what would be refused.
  checkPassword(password, person.email);
  if (password === current) {
    throw new KeyferryError('password_refused', 'This is the password that you have.', {
      remedy: 'Choose another.',
    });
  }
  const asker = { line: 'known', from: person.email } as const;
  const limits = [passwordLimit(person.id), changeLimit(person.id)];
  const taken: Limit[] = [];
  let stored: string | null;
  let sealedPassword: string;
  try {
    for (const limit of limits) {
      await takeTry(context, limit);
      taken.push(limit);
    }
    stored = await readHash(context, person.id);
    const known = await openPassword(context, { id: person.id, sealedPassword: stored });
    if (!(await isPassword(current, known, asker))) {
      taken.length = 0;
      throw new KeyferryError('password_wrong', 'The current password is wrong.', { remedy: 'Try again.' });
    }
    sealedPassword = await hashPassword(password, asker);
  } catch (error) {
    await undoTries(context, taken);
    throw error;
  }
  await clearTries(context, [passwordLimit(person.id)]);
  await store.db.transaction().execute(async trx => {
    if (!(await holdPerson(trx, context, { id: person.id, sealedPassword: stored }))) {
      throw new KeyferryError('conflict', 'The password was changed meanwhile.', {
        remedy: 'Sign in with the new one.',
      });
    }
    await putPassword(trx, context, { id: person.id, hash: sealedPassword, oneTimeUntil: null });
    await deleteSessionsOf(trx, tables, person.id, sessionId);
    const event = { kind: 'user.password_changed', actor: actorOf(person.id), personId: person.id } as const;
    await note(trx, event, effects.now());
  });
}

async function readHash({ store, tables }: SignInContext, id: number): Promise<string | null> {
  const { rows } = await sql<{ sealedPassword: string | null }>`
    select "sealedPassword" from ${sql.table(tables.people)} where "id" = ${id}`.execute(store.db);
  return rows[0]?.sealedPassword ?? null;
}
