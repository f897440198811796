import { KeyferryError } from '../../protocol/index.ts';
import type { NewAdmin, SignInContext } from './context.ts';
import { SETUP_LIMIT } from './limits.ts';
import { hashPassword } from './password-hash.ts';
import { checkPassword } from './password-rules.ts';
import { hasAdmin } from './people.ts';
import { createSession, deleteSession } from './sessions.ts';
import { isSetupCode } from './setup-code.ts';
import type { Visitor } from './sign-in.ts';
import { putPassword } from './stored-password.ts';
import { holdTries, takeTry } from './tries.ts';

export interface SetUp {
  readonly code: string;
  readonly email: string;
  readonly name: string | null;
  readonly password: string;
}

/**
 * Makes the first admin and signs in.
 * @returns the token of a new session
 * @throws KeyferryError setup_done, setup_code_invalid, too_many_tries, password_refused
 */
export async function setUp(context: SignInContext, given: SetUp, visitor: Visitor): Promise<string> {
  const { store, tables, effects, putAdmin, note, actorOf } = context;
  if (await hasAdmin(store.db, tables)) throw setupDone();
  // The right code is judged before any try is counted: no stranger keeps its holder waiting. See SETUP_LIMIT.
  if (!isSetupCode(context, given.code)) {
    await takeTry(context, SETUP_LIMIT);
    throw new KeyferryError('setup_code_invalid', 'This is not the set-up code.', {
      remedy: 'Keyferry prints the link with the code when it starts.',
    });
  }
  checkPassword(given.password, given.email);
  const hash = await hashPassword(given.password);
  const admin: NewAdmin = { email: given.email.toLowerCase(), name: given.name };
  const now = effects.now();
  return store.db.transaction().execute(async trx => {
    // Of two that set up at once, the second one waits here and then finds an admin.
    await holdTries(trx, context, SETUP_LIMIT);
    if (await hasAdmin(trx, tables)) throw setupDone();
    const personId = await putAdmin(trx, admin, now);
    await putPassword(trx, context, { id: personId, hash, oneTimeUntil: null });
    await note(trx, { kind: 'setup.done', actor: actorOf(personId), personId }, now);
    if (visitor.token !== null) await deleteSession(trx, context, visitor.token);
    return createSession(trx, context, { personId, userAgent: visitor.userAgent });
  });
}

function setupDone(): KeyferryError {
  return new KeyferryError('setup_done', 'There is an admin already.', {
    remedy: 'Sign in. Another admin, or the API key, can make a one-time password.',
  });
}
