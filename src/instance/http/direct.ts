import { answerThrown, type DirectRoute, type DirectRoutes, SAFE_HEADERS } from '../../lib/http/index.ts';
import { MAX_ID, WEBHOOK_PATH } from '../../protocol/index.ts';
import type { TokenRequest } from '../access-token.ts';
import type { InstanceContext } from '../context.ts';
import { callerHoldsSecret, PUSH_BYTES, receivePush } from '../receive.ts';
import { bearerOf } from './admin-keys.ts';
import { API_BYTES } from './limits.ts';
import { TOKEN_PATH, tokenAnswer } from './token.ts';

/** The two routes that are asked most. What each refuses, and its description, is in its Hono route. */
export function directRoutes(context: InstanceContext): DirectRoutes {
  const routes = new Map([
    [WEBHOOK_PATH, webhook(context)],
    [TOKEN_PATH, token(context)],
  ]);
  return path => routes.get(path);
}

function webhook(context: InstanceContext): DirectRoute {
  const { encryptionKey } = context.config.sync;
  return {
    maxBytes: PUSH_BYTES,
    admits: header => encryptionKey !== null && callerHoldsSecret(context, header),
    async answer(text) {
      if (encryptionKey === null) return null;
      try {
        const { status, body } = await receivePush(context, text, encryptionKey);
        return { status, headers: JSON_BODY, body: JSON.stringify(body) };
      } catch (error) {
        return answerThrown(context.effects.log, error, WEBHOOK_PATH);
      }
    },
  };
}

function token(context: InstanceContext): DirectRoute {
  return {
    maxBytes: API_BYTES,
    admits(header) {
      const key = bearerOf(header);
      return key !== undefined && header('content-type') === 'application/json' && context.isAdminKey(key);
    },
    async answer(text) {
      const request = readRequest(text);
      if (request === null) return null;
      try {
        const body = tokenAnswer(await context.accessToken(request));
        return { status: 200, headers: JSON_BODY, body: JSON.stringify(body) };
      } catch (error) {
        return answerThrown(context.effects.log, error, TOKEN_PATH);
      }
    },
  };
}

const JSON_BODY = { 'content-type': 'application/json', ...SAFE_HEADERS };

/** What the route's schema takes, read by hand; null for anything else: the schema says what is wrong with it. */
function readRequest(text: string): TokenRequest | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const { userId, appSlug, minimumSeconds = 0, force = false } = body as Record<string, unknown>;
  if (!isWhole(userId, 1, MAX_ID) || !isWhole(minimumSeconds, 0, 86_400)) return null;
  if (typeof appSlug !== 'string' || appSlug.length < 1 || appSlug.length > 200) return null;
  if (appSlug.includes('\0')) return null;
  return typeof force === 'boolean' ? { userId, appSlug, minimumSeconds, force } : null;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
