import type { MiddlewareHandler } from 'hono';
import { admitSession } from '../../lib/sign-in/index.ts';
import { isKeyferryError, KeyferryError, secretMatches } from '../../protocol/index.ts';
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
