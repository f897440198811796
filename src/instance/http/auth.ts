import type { Context, MiddlewareHandler } from 'hono';
import { admitSession, requesterAddress, requireSession } from '../../lib/sign-in/index.ts';
import { KeyferryError, presentedSecret, secretMatches } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { bearerOf } from './admin-keys.ts';
import { FORM_CREDENTIAL_PATH } from './form-credential.ts';
import { TOKEN_PATH } from './token.ts';

/** Paths that the other side of the wire may ask too, with the shared secret. */
const PEER_PATHS = new Set([
  '/api/keyferry/v1/status',
  '/api/keyferry/v1/echo',
  '/api/keyferry/v1/app-fingerprints',
]);

/** Paths whose answers hold a user's secrets: for programs alone, never for a browser. */
const KEY_PATHS = new Set([TOKEN_PATH, FORM_CREDENTIAL_PATH]);

/** Where a key may stand in the query too, as Cal.com's API v1 has it. */
const QUERY_KEY_PATHS = '/api/v1/';

/** The API key of a request: `Authorization: Bearer`, or `?apiKey=` below /api/v1. */
export function presentedKey(c: Context): string | undefined {
  const bearer = bearerOf(name => c.req.header(name));
  if (bearer !== undefined) return bearer;
  return (c.req.path.startsWith(QUERY_KEY_PATHS) && c.req.query('apiKey')) || undefined;
}

/**
 * Lets a request pass with an admin API key or a session of an admin; nothing is parsed before. A key is looked
 * at first, and where there is one no session is read.
 */
export function requireAdmin(
  context: Pick<InstanceContext, 'config' | 'isAdminKey' | 'signIn' | 'wrongSecrets'>,
): MiddlewareHandler {
  return async function admin(c, next) {
    const key = presentedKey(c);
    if (key !== undefined && (await context.isAdminKey(key))) {
      c.set('actor', 'api-key');
      return next();
    }
    if (PEER_PATHS.has(c.req.path) && holdsSecret(context, c)) {
      c.set('actor', 'platform');
      return next();
    }
    if (key !== undefined) await noteWrongKey(context, c);
    else if (PEER_PATHS.has(c.req.path)) await noteWrongSecret(context, c);
    if (KEY_PATHS.has(c.req.path)) {
      throw new KeyferryError('unauthenticated', 'This needs an admin API key: a session gets no token.', {
        remedy: 'Send Authorization: Bearer with the key of KEYFERRY_API_KEY.',
      });
    }
    if (key === undefined && (await admitSession(c, context.signIn, { admin: true }))) return next();
    throw new KeyferryError('unauthenticated', 'This needs an admin API key, or an admin who is signed in.', {
      remedy: 'Send Authorization: Bearer with the key of KEYFERRY_API_KEY, or sign in.',
    });
  };
}

/** Lets any user of the instance pass who is signed in: `c.get('session').person`. */
export function requireUser({ signIn }: Pick<InstanceContext, 'signIn'>): MiddlewareHandler {
  return requireSession(signIn, { admin: false });
}

/** Whether a request carries the shared secret of the wire. @see docs/protocol.md#1 */
export function holdsSecret({ config }: Pick<InstanceContext, 'config'>, c: Context): boolean {
  const { secret, header } = config.sync;
  return (
    secret !== null &&
    secretMatches(
      presentedSecret(name => c.req.header(name), header),
      secret,
    )
  );
}

type Refusing = Pick<InstanceContext, 'config' | 'wrongSecrets'>;

/** A request came with an API key that is none: it is counted, and who sends many of them waits. */
export function noteWrongKey({ config, wrongSecrets }: Refusing, c: Context): Promise<void> {
  return wrongSecrets.refused('API key', requesterAddress(c, config.trustProxy));
}

/** As `noteWrongKey`, for the shared secret; a request without one tried none. */
export async function noteWrongSecret({ config, wrongSecrets }: Refusing, c: Context): Promise<void> {
  const { secret, header } = config.sync;
  if (secret === null || presentedSecret(name => c.req.header(name), header) === null) return;
  await wrongSecrets.refused('secret', requesterAddress(c, config.trustProxy));
}
