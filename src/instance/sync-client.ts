import { retryAfterMs } from '../lib/backoff.ts';
import { type OutboundAnswer, OutboundError, type OutboundRequest } from '../lib/outbound.ts';
import {
  type Credential,
  KeyferryError,
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

/**
 * Asks the platform for a working credential.
 * @param rejectedToken the token that the provider refused, when that is why we ask
 * @throws KeyferryError: each way to fail has its own code
 * @see docs/protocol.md#4
 */
export async function askPlatform(
  { config, effects, outbound }: Context,
  request: SyncRequest,
  rejectedToken: string | null,
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
    answer = await outbound(endpoint, syncRequest(request, { secret, header, rejectedToken }));
  } catch (error) {
    throw judgeNoAnswer(error);
  }
  return judgeAnswer(answer, effects.now());
}

/** The request, byte for byte Cal.com's, and one header more when a token was refused. */
export function syncRequest(
  request: SyncRequest,
  { secret, header, rejectedToken }: { secret: string; header: string | null; rejectedToken: string | null },
): OutboundRequest {
  const rejected =
    rejectedToken === null ? {} : { [REJECTED_TOKEN_HEADER]: tokenFingerprint(rejectedToken, secret) };
  return {
    method: 'POST',
    headers: { 'content-type': SYNC_REQUEST_TYPE, ...secretHeaders(secret, header), ...rejected },
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

/** 409 is ours; `invalid_grant` is what a platform relays that passes its provider's words on. */
function saysReconnect(status: number, body: string): boolean {
  if (status === 409 || status === 410) return true;
  try {
    const { error, code } = JSON.parse(body) as { error?: unknown; code?: unknown };
    return error === 'invalid_grant' || code === 'needs_reconnect';
  } catch {
    return false;
  }
}

function judgeNoAnswer(error: unknown): KeyferryError {
  if (!(error instanceof OutboundError)) throw error;
  if (error.kind === 'redirect' || error.kind === 'too_large') {
    return new KeyferryError('platform_malformed', `The sync endpoint ${error.message}.`, {
      remedy: 'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT to the final address of the endpoint.',
      cause: error,
    });
  }
  return new KeyferryError('platform_unreachable', `The sync endpoint cannot be reached: ${error.message}.`, {
    remedy: 'Check CALCOM_CREDENTIAL_SYNC_ENDPOINT and that the platform runs: keyferry doctor.',
    cause: error,
  });
}
