import type { Context, MiddlewareHandler } from 'hono';
import { KeyferryError } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { sentToken } from './cookie.ts';
import { checkOrigin } from './origin.ts';
import { findSession, type Session } from './sessions.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who asks, as events name it: `api-key`, `user:7`, `operator:1`. */
    actor: string;
    /** Set where a signed-in person asks. */
    session: Session;
  }
}

export interface Admission {
  /** Whether it must be an admin's. */
  readonly admin: boolean;
  /** Whether a one-time password is enough. */
  readonly oneTime?: boolean;
}

/**
 * Lets a request in by its session cookie, and notes who asks.
 * @returns false where there is no session
 * @throws KeyferryError origin_refused, admin_needed, password_change_needed
 */
export async function admitSession(
  c: Context,
  context: SignInContext,
  { admin, oneTime = false }: Admission,
): Promise<boolean> {
  const token = sentToken(c, context);
  if (token === null) return false;
  checkOrigin(c, context);
  const session = await findSession(context, token);
  if (session === null) return false;
  const { person } = session;
  if (person.mustChangePassword && !oneTime) {
    throw new KeyferryError('password_change_needed', 'A one-time password opens nothing but its change.', {
      remedy: 'Choose a password of your own: PUT /api/session/password.',
    });
  }
  if (admin && person.role !== 'admin') {
    throw new KeyferryError('admin_needed', 'This is for admins.', {
      remedy: 'Ask an admin to do it, or to make you one.',
    });
  }
  c.set('session', session);
  c.set('actor', context.actorOf(person.id));
  c.header('cache-control', 'no-store');
  return true;
}

/** Lets a request pass with a session alone; nothing is parsed before. */
export function requireSession(context: SignInContext, admission: Admission): MiddlewareHandler {
  return async function signedIn(c, next) {
    if (await admitSession(c, context, admission)) return next();
    throw new KeyferryError('unauthenticated', 'Nobody is signed in.', { remedy: 'Sign in.' });
  };
}
