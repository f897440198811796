import { type ErrorCode, KeyferryError } from '../../protocol/index.ts';
import type { TokenOutcome } from '../oauth/index.ts';

type Fault = Exclude<TokenOutcome, { kind: 'tokens' }>;

export function needsReconnect(slug: string): KeyferryError {
  return new KeyferryError('needs_reconnect', `The user must connect ${slug} again.`, {
    remedy: 'Give the user a new link: POST /api/keyferry/v1/connect-sessions.',
  });
}

/** The answer to the last refresh is missing, so that the next one waits until the token has ended. */
export function answerMissing(slug: string): KeyferryError {
  return new KeyferryError('provider_answer_missing', `The last refresh of ${slug} got no answer.`, {
    remedy: 'Nothing to do: it is tried again when the token that still serves has ended.',
  });
}

const CODES: Readonly<Record<Exclude<Fault['kind'], 'grant'>, readonly [ErrorCode, string]>> = {
  client: [
    'provider_client_refused',
    'Compare the client id and secret of the app with those at the provider.',
  ],
  request: ['provider_refused', 'The provider refuses the request; look at the app there.'],
  policy: [
    'provider_blocked',
    "The administrator of the user's organisation must allow the app; connecting again does not help.",
  ],
  busy: ['provider_busy', 'Nothing to do: it is tried again.'],
  failed: ['provider_failed', 'Nothing to do: it is tried again.'],
  unreachable: ['provider_unreachable', 'Nothing to do: it is tried again. If it lasts, check the network.'],
  unanswered: ['provider_unanswered', 'Nothing to do: it is tried again.'],
  malformed: ['provider_malformed', 'The token endpoint gives no OAuth answer; check the address.'],
};

/** The error that stands for a failed request to a token endpoint or a look-up, of a grant that is not dead. */
export function providerError(
  slug: string,
  fault: Fault & { kind: Exclude<Fault['kind'], 'grant'> },
): KeyferryError {
  const [code, remedy] = CODES[fault.kind];
  const { retryAfterMs } = fault;
  return new KeyferryError(code, `The provider of ${slug}: ${fault.reason}.`, {
    remedy,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}
