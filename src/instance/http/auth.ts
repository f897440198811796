import type { Context, MiddlewareHandler } from 'hono';
import { KeyferryError, presentedSecret, secretMatches } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { apiKeyHolds, hashApiKey } from '../store/index.ts';

/** How long a key that was found good is not looked up again, in milliseconds. */
const REMEMBERED_MS = 10_000;
const REMEMBERED = 1_000;

/** Paths that the other side of the wire may ask too, with the shared secret. */
const PEER_PATHS = new Set(['/api/keyferry/v1/status', '/api/keyferry/v1/echo']);

/** Lets a request pass with an admin API key (`Authorization: Bearer`); nothing is parsed before. */
export function requireApiKey(
  context: Pick<InstanceContext, 'config' | 'database' | 'effects'>,
): MiddlewareHandler {
  const good = new Map<string, number>();

  async function holds(key: string): Promise<boolean> {
    const now = context.effects.now();
    const hashed = hashApiKey(key);
    if ((good.get(hashed) ?? 0) > now) return true;
    if (!(await apiKeyHolds(context.database, hashed, now))) return false;
    if (good.size >= REMEMBERED) good.clear();
    good.set(hashed, now + REMEMBERED_MS);
    return true;
  }

  return async function apiKey(c, next) {
    const authorization = c.req.header('authorization') ?? '';
    const [, key] = /^Bearer\s+(\S+)$/i.exec(authorization) ?? [];
    if (key !== undefined && (await holds(key))) return next();
    if (PEER_PATHS.has(c.req.path) && holdsSecret(context, c)) return next();
    throw new KeyferryError('unauthenticated', 'This needs an admin API key.', {
      remedy: 'Send Authorization: Bearer with the key of KEYFERRY_API_KEY.',
    });
  };
}

function holdsSecret({ config }: Pick<InstanceContext, 'config'>, c: Context): boolean {
  const { secret, header } = config.sync;
  return (
    secret !== null &&
    secretMatches(
      presentedSecret(name => c.req.header(name), header),
      secret,
    )
  );
}
