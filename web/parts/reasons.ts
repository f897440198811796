/** What a stable error code means for somebody who looks at a list, and what to do. */
export interface Reason {
  readonly text: string;
  readonly remedy: string | null;
}

const REASONS: Readonly<Record<string, Reason>> = {
  needs_reconnect: {
    text: 'The provider has ended the grant',
    remedy: 'The user must connect the app again; give them a new link.',
  },
  answer_lost: {
    text: "The provider's answer got lost, and it takes the old token no more",
    remedy: 'The user must connect the app again; give them a new link.',
  },
  address_changed: {
    text: 'The app has another address now than the one that gave the grant',
    remedy: 'Set the address of the app back, or give the user a new link: the grant is sent nowhere else.',
  },
  provider_client_refused: {
    text: 'The provider refuses our client id or secret',
    remedy: 'Compare the keys of the app with those at the provider; all grants are kept.',
  },
  provider_refused: { text: 'The provider refuses the request', remedy: 'Look at the app at the provider.' },
  provider_unanswered: { text: 'The provider was asked and did not answer', remedy: null },
  provider_answer_missing: {
    text: "The provider's last answer got lost; the token at hand still serves",
    remedy: 'Nothing to do: it is tried again when that token ends.',
  },
  provider_blocked: {
    text: "A policy of the user's organisation blocks the app",
    remedy: 'An administrator of that organisation must allow the app; the grant is kept.',
  },
  provider_busy: { text: 'The provider asks for patience', remedy: null },
  provider_failed: { text: 'The provider has a fault', remedy: null },
  provider_unreachable: { text: 'The provider cannot be reached', remedy: 'If it lasts, check the network.' },
  provider_malformed: {
    text: 'The provider gives no OAuth answer',
    remedy: "Check the token endpoint's address.",
  },
  app_keys_missing: { text: 'The app has no keys', remedy: 'Set them on the page of the app.' },
  platform_unreachable: {
    text: 'The platform cannot be reached',
    remedy: 'Is it running, and is CALCOM_CREDENTIAL_SYNC_ENDPOINT its address?',
  },
  platform_refused: {
    text: 'The platform refuses our secret',
    remedy: 'Set the same CALCOM_WEBHOOK_SECRET and header name on both sides.',
  },
  platform_unknown: {
    text: 'The platform does not know this user or app',
    remedy: 'Connect the app there; or it was disconnected.',
  },
  platform_busy: { text: 'The platform asks for patience', remedy: null },
  platform_malformed: {
    text: 'The platform gives no answer that can be used',
    remedy: 'Is CALCOM_CREDENTIAL_SYNC_ENDPOINT the address of its sync endpoint?',
  },
  sync_endpoint_missing: {
    text: 'No platform to ask is set',
    remedy: 'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT; until then an expired token waits for the next push.',
  },
};

/** The words for a code; the code itself where it is not known here. */
export function reasonOf(code: string): Reason {
  return REASONS[code] ?? { text: code.replaceAll('_', ' '), remedy: null };
}
