import { retryAfterMs } from '../../lib/backoff.ts';
import { OutboundError } from '../../lib/outbound.ts';
import { type Credential, readCredential } from '../../protocol/index.ts';

/** What came of a request to a token endpoint. */
export type TokenOutcome =
  | { readonly kind: 'tokens'; readonly credential: Credential }
  | {
      /**
       * `grant`: the code or the refresh token is dead. `client`: our keys are refused. `request`: something
       * else of ours is. `busy`: too many requests. `failed`: the provider is broken. `unreachable`: no
       * answer. `malformed`: an answer that is none.
       */
      readonly kind: 'grant' | 'client' | 'request' | 'busy' | 'failed' | 'unreachable' | 'malformed';
      /** A few words, without a secret. */
      readonly reason: string;
      /** Milliseconds, where the provider said. */
      readonly retryAfterMs: number | null;
    };

const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client'];
const BUSY_ERRORS = ['temporarily_unavailable', 'slow_down', 'rate_limit_exceeded'];

/**
 * Judges the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). A time-out, a 5xx and a 429 say
 * nothing about the grant. Providers that answer 200 with an `error` are taken by their error.
 * @param now epoch milliseconds
 */
export function judgeTokens(
  { status, headers, body }: { status: number; headers: Headers; body: string },
  now: number,
): TokenOutcome {
  const later = retryAfterMs(headers.get('retry-after'), now);
  const said = `answered ${status}`;
  if (status === 429) return { kind: 'busy', reason: said, retryAfterMs: later };
  if (status >= 500) return { kind: status === 503 ? 'busy' : 'failed', reason: said, retryAfterMs: later };
  const answer = jsonObject(body);
  const error = errorCode(answer);
  if (error !== null) return { kind: kindOf(error, status), reason: `${said} ${error}`, retryAfterMs: later };
  if (status === 401) return { kind: 'client', reason: said, retryAfterMs: later };
  if (status >= 400) return { kind: 'request', reason: said, retryAfterMs: later };
  try {
    return { kind: 'tokens', credential: readCredential(answer, now) };
  } catch {
    return { kind: 'malformed', reason: `${said} without a usable access token`, retryAfterMs: later };
  }
}

/** Judges a request that got no answer. What is not of the network is thrown on. */
export function judgeNoAnswer(error: unknown): TokenOutcome {
  if (!(error instanceof OutboundError)) throw error;
  if (error.kind === 'too_large') return { kind: 'malformed', reason: error.message, retryAfterMs: null };
  if (error.kind === 'redirect') return { kind: 'request', reason: error.message, retryAfterMs: null };
  return { kind: 'unreachable', reason: error.message, retryAfterMs: null };
}

function kindOf(error: string, status: number): Exclude<TokenOutcome['kind'], 'tokens'> {
  if (error === 'invalid_grant') return 'grant';
  if (CLIENT_ERRORS.includes(error) || status === 401) return 'client';
  return BUSY_ERRORS.includes(error) ? 'busy' : 'request';
}

/** The `error` member where there is no token beside it; only what looks like a code and not like a token, since it is shown. */
function errorCode(answer: Readonly<Record<string, unknown>>): string | null {
  const { error } = answer;
  if (typeof error !== 'string' || error === '' || typeof answer.access_token === 'string') return null;
  return /^[A-Za-z_]{1,40}$/.test(error) ? error : 'an error';
}

function jsonObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
