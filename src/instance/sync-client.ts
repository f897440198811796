import { retryAfterMs } from '../lib/backoff.ts';
import { type OutboundAnswer, OutboundError, type OutboundRequest } from '../lib/outbound.ts';
import {
  type Credential,
  KeyferryError,
  MINIMUM_SECONDS_HEADER,
  REJECTED_TOKEN_HEADER,
  readCredential,
  SYNC_REQUEST_TYPE,
  type SyncRequest,
  secretHeaders,
  syncRequestBody,
  tokenFingerprint,
} from '../protocol/index.ts';
import type { InstanceContext } from './context.ts';

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

/**
 * Asks the platform for a working credential.
 * @throws KeyferryError: each way to fail has its own code
 * @see docs/protocol.md#4
 */
export async function askPlatform(
  { config, effects, outbound }: Context,
  request: SyncRequest,
  { rejectedToken, minimumSeconds }: AskedFor,
): Promise<Credential> {
  const { endpoint, secret, header } = config.sync;
  if (endpoint === null || secret === null) {
    throw new KeyferryError(
      'sync_endpoint_missing',
      'The token has expired, and no platform is configured.',
      {
        remedy: 'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT and CALCOM_WEBHOOK_SECRET, or push a fresh credential.',
      },
    );
  }
  let answer: OutboundAnswer;
  try {
    answer = await outbound(
      endpoint,
      syncRequest(request, { secret, header, rejectedToken, minimumSeconds }),
    );
  } catch (error) {
    throw judgeNoAnswer(error);
  }
  return judgeAnswer(answer, effects.now());
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
 * Judges an answer: the status first, then the body.
 * @param now epoch milliseconds
 * @throws KeyferryError
 */
export function judgeAnswer({ status, headers, body }: OutboundAnswer, now: number): Credential {
  if (status >= 200 && status < 300) {
    try {
      return readCredential(JSON.parse(body), now);
    } catch {
      throw new KeyferryError(
        'platform_malformed',
        'The sync endpoint answered without a usable access token.',
        {
          remedy: 'It must answer JSON with a text access_token: docs/protocol.md#4.',
        },
      );
    }
  }
  if (status >= 400 && status < 500 && saysReconnect(status, body)) {
    throw new KeyferryError('needs_reconnect', 'The user must connect this app again on the platform.', {
      remedy: 'Send the user to the platform; its next push makes this credential work again.',
    });
  }
  const retry = retryAfterMs(headers.get('retry-after'), now);
  const later = retry === null ? {} : { retryAfterMs: retry };
  if (status === 401 || status === 403) {
    throw new KeyferryError('platform_refused', `The sync endpoint refused us with ${status}.`, {
      remedy:
        'The secret or its header name differs from the platform: compare CALCOM_WEBHOOK_SECRET on both.',
    });
  }
  if (status === 404) {
    throw new KeyferryError('platform_unknown', 'The platform does not know this user or this app.', {
      remedy: 'Compare the user id and the app slug on both sides.',
    });
  }
  if (status === 429 || status === 503) {
    throw new KeyferryError('platform_busy', `The platform asks to come back later (${status}).`, later);
  }
  if (status >= 500) {
    throw new KeyferryError('platform_unreachable', `The sync endpoint answered ${status}.`, {
      ...later,
      remedy: 'Look into the log of the platform.',
    });
  }
  throw new KeyferryError('platform_malformed', `The sync endpoint answered ${status}.`, {
    remedy: 'Check CALCOM_CREDENTIAL_SYNC_ENDPOINT: it must answer POST with 200 and a token.',
  });
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
  if (error.kind === 'redirect' || error.kind === 'too_large') {
    return new KeyferryError(
      'platform_malformed',
      `The sync endpoint's answer is not taken: ${error.message}.`,
      {
        remedy: 'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT to the final address of the endpoint itself.',
        cause: error,
      },
    );
  }
  return new KeyferryError('platform_unreachable', `The sync endpoint cannot be reached: ${error.message}.`, {
    remedy: 'Check CALCOM_CREDENTIAL_SYNC_ENDPOINT and that the platform runs: keyferry doctor.',
    cause: error,
  });
}
