import { retryAfterMs } from '../../lib/backoff.ts';
import { type OutboundAnswer, OutboundError, type OutboundRequest } from '../../lib/outbound.ts';
import {
  type Credential,
  type KeyferryError,
  lifetimeMs,
  MINIMUM_SECONDS_HEADER,
  REJECTED_TOKEN_HEADER,
  readTokenAnswer,
  SYNC_REQUEST_TYPE,
  type SyncRequest,
  secretHeaders,
  syncRequestBody,
  tokenFingerprint,
} from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { endpointMissing, fault, needsReconnect } from './faults.ts';

/** How long the platform has to answer, in milliseconds. */
export const SYNC_DEADLINE_MS = 10_000;

type Context = Pick<InstanceContext, 'config' | 'effects' | 'outbound'>;

/** Why the stored token does not do; neither is part of Cal.com's wire. */
export interface AskedFor {
  /** The token that the provider refused, or null. */
  readonly rejectedToken: string | null;
  /** How long the token must hold, in seconds; 0 where the caller did not say. */
  readonly minimumSeconds: number;
}

/** Where the platform is asked, and with what secret; null where none is configured. */
export function findEndpoint({ config }: Pick<Context, 'config'>) {
  const { endpoint, secret, header } = config.sync;
  return endpoint !== null && secret !== null ? { endpoint, secret, header } : null;
}

/** @throws KeyferryError sync_endpoint_missing */
export function requireEndpoint(context: Pick<Context, 'config'>) {
  const found = findEndpoint(context);
  if (found === null) throw endpointMissing();
  return found;
}

/**
 * Asks the platform for a working credential.
 * @throws KeyferryError: each way to fail has its own code
 * @see docs/protocol.md#4
 */
export async function askPlatform(
  context: Context,
  request: SyncRequest,
  asked: AskedFor,
): Promise<Credential> {
  const { endpoint, ...sender } = requireEndpoint(context);
  let answer: OutboundAnswer;
  try {
    answer = await context.outbound(endpoint, syncRequest(request, { ...sender, ...asked }));
  } catch (error) {
    throw judgeNoAnswer(error);
  }
  return judgeAnswer(answer, context.effects.now());
}

/** The request, byte for byte Cal.com's, and a header more when a token was refused or must hold long. */
export function syncRequest(
  request: SyncRequest,
  {
    secret,
    header,
    rejectedToken,
    minimumSeconds,
  }: AskedFor & { readonly secret: string; readonly header: string | null },
): OutboundRequest {
  const rejected =
    rejectedToken === null ? {} : { [REJECTED_TOKEN_HEADER]: tokenFingerprint(rejectedToken, secret) };
  const minimum = minimumSeconds === 0 ? {} : { [MINIMUM_SECONDS_HEADER]: String(minimumSeconds) };
  return {
    method: 'POST',
    headers: { 'content-type': SYNC_REQUEST_TYPE, ...secretHeaders(secret, header), ...rejected, ...minimum },
    body: syncRequestBody(request),
  };
}

/**
 * Judges an answer: the status first, then the content type, then the body.
 * @param now epoch milliseconds
 * @throws KeyferryError
 */
export function judgeAnswer(answer: OutboundAnswer, now: number): Credential {
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return readAnswer(answer, now);
  if (status >= 400 && status < 500 && saysReconnect(status, body)) throw needsReconnect();
  const later = { retryAfterMs: retryAfterMs(headers.get('retry-after'), now) };
  if (status === 401 || status === 403) {
    throw fault('platform_refused', `The sync endpoint refused us with ${status}.`);
  }
  if (status === 404) {
    throw fault('platform_unknown', 'The platform does not know this user or this app.');
  }
  if (status === 429 || (status === 503 && later.retryAfterMs !== null)) {
    throw fault('platform_busy', `The platform asks to come back later (${status}).`, later);
  }
  // A 503 that does not say when is most often a proxy that has nothing behind it.
  if (status >= 500) throw fault('platform_unreachable', `The sync endpoint answered ${status}.`, later);
  throw fault('platform_malformed', `The sync endpoint answered ${status}.`, {
    remedy: 'Check CALCOM_CREDENTIAL_SYNC_ENDPOINT: it must answer POST with 200 and a token.',
  });
}

/** JSON is often sent under these names too, or under none. */
const MAY_BE_JSON =
  /^(?:(?:application|text)\/(?:[\w.-]+\+)?json|text\/plain|application\/octet-stream)\s*(?:;|$)/i;

function readAnswer({ headers, body }: OutboundAnswer, now: number): Credential {
  const type = headers.get('content-type') ?? '';
  if (type !== '' && !MAY_BE_JSON.test(type)) {
    throw fault('platform_malformed', 'The sync endpoint answered with something else than JSON.');
  }
  let credential: Credential;
  try {
    credential = readTokenAnswer(JSON.parse(body), now);
  } catch {
    throw fault('platform_malformed', 'The sync endpoint answered without a usable access token.');
  }
  return { ...credential, expiresAt: correctedExpiry(credential, now) };
}

/** Two clocks that are further apart than this are not what makes a date look past. Milliseconds. */
const WRONG_CLOCK_MS = 600_000;
/** The least for which a token that came just now with a lifetime is used, in milliseconds. */
const AT_LEAST_MS = 60_000;

/**
 * The expiry of a token that the platform has just called good. Where its lifetime says that it holds and its date
 * that it does not, the platform's clock is behind ours, or the lifetime old; asking again at each use would mend
 * neither. So it is used for a minute.
 */
function correctedExpiry({ expiresAt, wire }: Credential, now: number): number | null {
  const lifetime = lifetimeMs(wire);
  if (expiresAt === null || lifetime === null) return expiresAt;
  const least = now + Math.min(lifetime, AT_LEAST_MS);
  const behind = now + lifetime - expiresAt;
  return behind <= WRONG_CLOCK_MS ? Math.max(expiresAt, least) : expiresAt;
}

/** 409 with a JSON body is ours; `invalid_grant` is what a platform relays that passes its provider's words on. */
function saysReconnect(status: number, body: string): boolean {
  try {
    const said: unknown = JSON.parse(body);
    if (typeof said !== 'object' || said === null) return false;
    const { error, code } = said as { error?: unknown; code?: unknown };
    return status === 409 || error === 'invalid_grant' || code === 'needs_reconnect';
  } catch {
    // A page of some proxy says nothing about the grant.
    return false;
  }
}

function judgeNoAnswer(error: unknown): KeyferryError {
  if (!(error instanceof OutboundError)) throw error;
  if (error.kind === 'malformed') {
    return fault('platform_malformed', `The sync endpoint ${error.message}.`, { cause: error });
  }
  if (error.kind === 'redirect' || error.kind === 'too_large') {
    return fault('platform_malformed', `The sync endpoint's answer is not taken: ${error.message}.`, {
      remedy: 'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT to the final address of the endpoint itself.',
      cause: error,
    });
  }
  return fault('platform_unreachable', `The sync endpoint cannot be reached: ${error.message}.`, {
    cause: error,
  });
}
