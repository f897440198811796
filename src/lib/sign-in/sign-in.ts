import { KeyferryError } from '../../protocol/index.ts';
import { browserOf } from './browser-mark.ts';
import type { SignInContext } from './context.ts';
import { signInLimits } from './limits.ts';
import { isPassword } from './password-hash.ts';
import { findPerson, holdPerson, type PersonRow } from './people.ts';
import { createSession, deleteSession } from './sessions.ts';
import { clearTries, giveBack, refuseBlocked, takeTry } from './tries.ts';

/** What is known of who asks. */
export interface Visitor {
  /** Null where it cannot be known. */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** The mark that an earlier sign-in left in the browser. */
  readonly mark: string | null;
  /** The token that the browser holds already: it ends. */
  readonly token: string | null;
}

/** A try that failed is answered this long after it came, in milliseconds: what was wrong cannot be timed. */
const FAILED_AFTER_MS = 400;

/**
 * Signs somebody in.
 * @returns the token of a new session
 * @throws KeyferryError sign_in_failed, in the same words and time whatever was wrong; too_many_tries; busy
 */
export async function signIn(
  context: SignInContext,
  { email, password }: { readonly email: string; readonly password: string },
  visitor: Visitor,
): Promise<string> {
  const { store, tables, effects, note, actorOf } = context;
  const began = performance.now();
  const limits = signInLimits(
    email,
    { address: visitor.address, browser: browserOf(context, visitor.mark, email) },
    effects.now(),
  );
  for (const limit of limits.shared) await refuseBlocked(context, limit);
  let begun = false;
  for (const limit of limits.own) begun = (await takeTry(context, limit)) === limit.free || begun;
  for (const limit of limits.shared) await takeTry(context, limit);

  const person = await findPerson(store.db, tables, email);
  const right = await isPassword(password, person?.passwordHash ?? null);
  if (!person || !right || person.locked) return fail(person);
  const token = await store.db.transaction().execute(async trx => {
    if (!(await holdPerson(trx, context, person))) return null;
    if (visitor.token !== null) await deleteSession(trx, tables, visitor.token);
    await note(
      trx,
      { kind: 'user.signed_in', actor: actorOf(person.id), personId: person.id },
      effects.now(),
    );
    return createSession(trx, context, { personId: person.id, userAgent: visitor.userAgent });
  });
  if (token === null) return fail(person);
  await clearTries(context, limits.own);
  await giveBack(context, limits.shared);
  return token;

  async function fail(known: PersonRow | null): Promise<never> {
    // Once, when the free tries are used up: an incident, not each try.
    if (known && begun) {
      const event = { kind: 'user.sign_in_failed', actor: 'anonymous', personId: known.id } as const;
      await note(store.db, event, effects.now());
    }
    await effects.sleep(Math.max(0, FAILED_AFTER_MS - (performance.now() - began)));
    throw new KeyferryError('sign_in_failed', 'The e-mail address or the password is wrong.', {
      remedy: 'Try again, or ask an admin for a one-time password.',
    });
  }
}
