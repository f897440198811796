import type { ErrorCode } from '../../protocol/index.ts';

/** What the connect pages may have to tell. Each has a text in every language of web/connect/texts. */
export const CONNECT_CODES = [
  'address_refused',
  'app_keys_missing',
  'app_not_found',
  'body_invalid',
  'body_not_json',
  'body_too_large',
  'busy',
  'conflict',
  'consent_denied',
  'credential_refused',
  'internal',
  'not_found',
  'origin_refused',
  'provider_blocked',
  'provider_busy',
  'provider_client_refused',
  'provider_failed',
  'provider_malformed',
  'provider_refused',
  'provider_unanswered',
  'provider_unreachable',
  'sealed_unreadable',
  'session_invalid',
] as const satisfies readonly ErrorCode[];

export type ConnectCode = (typeof CONNECT_CODES)[number];

/** The code that goes into an address of the pages: what nobody foresaw is `internal`. */
export function connectCode(code: ErrorCode): ConnectCode {
  return CONNECT_CODES.find(known => known === code) ?? 'internal';
}
