import type { Context, MiddlewareHandler } from 'hono';
import { admitSession, requesterAddress } from '../../lib/sign-in/index.ts';
import { isKeyferryError, KeyferryError, presentedSecret, secretMatches } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { findCaller } from '../sync/index.ts';

/** Paths that an instance may ask too, with the shared secret. */
const PEER_PATHS = new Set(['/api/keyferry/v1/status', '/api/keyferry/v1/app-fingerprints']);

/**
 * Lets a request pass with the host's API key (`Authorization: Bearer`) or a session of an operator; nothing is
 * parsed before. A key is looked at first, and where there is one no session is read.
 */
export function requireAdmin(context: PlatformContext): MiddlewareHandler {
  const { apiKey: expected } = context.config;
  return async function admin(c, next) {
    const [, given] = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (given !== undefined && expected !== null && secretMatches(given, expected)) {
      c.set('actor', 'api-key');
      return next();
    }
    if (PEER_PATHS.has(c.req.path) && (await isPeer(context, name => c.req.header(name)))) {
      c.set('actor', 'instance');
      return next();
    }
    if (given !== undefined) await noteWrongKey(context, c);
    else if (PEER_PATHS.has(c.req.path)) await noteWrongSecret(context, c);
    if (given === undefined && (await admitSession(c, context.signIn, { admin: true }))) return next();
    throw new KeyferryError('unauthenticated', 'This needs the API key of the platform, or an operator.', {
      remedy:
        expected === null
          ? 'Sign in; or set KEYFERRY_API_KEY and start again.'
          : 'Send Authorization: Bearer with the value of KEYFERRY_API_KEY, or sign in.',
    });
  };
}

async function isPeer(
  context: PlatformContext,
  header: (name: string) => string | undefined,
): Promise<boolean> {
  try {
    await findCaller(context, header);
    return true;
  } catch (error) {
    if (isKeyferryError(error) && error.status === 403) return false;
    throw error;
  }
}

type Refusing = Pick<PlatformContext, 'config' | 'wrongSecrets'>;

/** A request came with an API key that is none: it is counted, and who sends many of them waits. */
function noteWrongKey({ config, wrongSecrets }: Refusing, c: Context): Promise<void> {
  return wrongSecrets.refused('API key', requesterAddress(c, config.trustProxy));
}

/** As `noteWrongKey`, for a shared secret that is no target's; a request without one tried none. */
export async function noteWrongSecret({ config, wrongSecrets }: Refusing, c: Context): Promise<void> {
  if (presentedSecret(name => c.req.header(name), config.sync.header) === null) return;
  await wrongSecrets.refused('secret', requesterAddress(c, config.trustProxy));
}
