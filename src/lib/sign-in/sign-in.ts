import { KeyferryError } from '../../protocol/index.ts';
import { browserOf } from './browser-mark.ts';
import type { SignInContext } from './context.ts';
import { rightLimit, signInLimits } from './limits.ts';
import { isPassword } from './password-hash.ts';
import { awaitRoom, inLine, takePatiently } from './patience.ts';
import { findPerson, holdPerson, type PersonRow } from './people.ts';
import { createSession, deleteSession } from './sessions.ts';
import { openPassword, useOneTimePassword } from './stored-password.ts';
import { clearTries, giveBack, type Limit, undoTries } from './tries.ts';

/** What is known of who asks. */
export interface Visitor {
  /** Null where it cannot be known. */
  readonly address: string | null;
  /** The other end of the connection: a proxy perhaps, so it bounds nobody, but those of different ones take turns. */
  readonly peer: string | null;
  /** Aborted when the caller is gone. */
  readonly signal?: AbortSignal | undefined;
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
  given: { readonly email: string; readonly password: string },
  visitor: Visitor,
): Promise<string> {
  const account = given.email.toLowerCase();
  const browser = browserOf(context, visitor.mark, account);
  const line = `${context.role} ${account} ${browser ?? ''}`;
  const entrant = { from: visitor.address ?? visitor.peer ?? 'anywhere', signal: visitor.signal };
  return inLine(line, entrant, () => judge(context, given, { ...visitor, browser, from: entrant.from }));
}

type Known = Visitor & { readonly browser: string | null; readonly from: string };

async function judge(
  context: SignInContext,
  { email, password }: { readonly email: string; readonly password: string },
  { address, browser, from, signal, ...visitor }: Known,
): Promise<string> {
  const { store, tables, effects, note, actorOf } = context;
  const began = performance.now();
  const limits = signInLimits(email, { address, browser });
  const taken: Limit[] = [];
  let begun = false;
  for (const limit of [...limits.shared, rightLimit(email)]) await awaitRoom(context, limit, signal);
  try {
    for (const limit of limits.own) {
      begun = (await takePatiently(context, limit, signal)) === limit.free || begun;
      taken.push(limit);
    }
    for (const limit of limits.shared) {
      await takePatiently(context, limit, signal);
      taken.push(limit);
    }
    const person = await findPerson(store.db, tables, email);
    const line = browser === null ? 'strangers' : 'known';
    const asker = { line, from: browser === null ? from : email.toLowerCase(), signal } as const;
    const stored = person === null ? null : await openPassword(context, person);
    const right = await isPassword(password, stored, asker);
    taken.length = 0;
    if (!person || !right || person.locked) return await fail(person);
    await takePatiently(context, rightLimit(email), signal);
    const token = await begin(person);
    if (token === null) return await fail(person);
    await clearTries(context, limits.own);
    await giveBack(context, limits.shared);
    return token;
  } catch (error) {
    // Not judged, so not counted: whoever fills the lines must not spend the tries of others.
    await undoTries(context, taken);
    throw error;
  }

  function begin(person: PersonRow): Promise<string | null> {
    return store.db.transaction().execute(async trx => {
      if (!(await holdPerson(trx, context, person))) return null;
      if (person.mustChangePassword && !(await useOneTimePassword(trx, context, person.id, effects.now()))) {
        return null;
      }
      if (visitor.token !== null) await deleteSession(trx, context, visitor.token);
      await note(
        trx,
        { kind: 'user.signed_in', actor: actorOf(person.id), personId: person.id },
        effects.now(),
      );
      return createSession(trx, context, { personId: person.id, userAgent: visitor.userAgent });
    });
  }

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
