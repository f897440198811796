import { type ErrorCode, KeyferryError } from '../../protocol/index.ts';

/** What to do about each way in which the platform gives no token. */
export const REMEDIES = {
  needs_reconnect: 'Send the user to the platform; its next push makes this credential work again.',
  platform_busy: 'Wait as long as Retry-After says.',
  platform_malformed: 'It must answer 200 with JSON that has a text access_token: docs/protocol.md#4.',
  platform_refused:
    'The secret or its header name differs from the platform: compare CALCOM_WEBHOOK_SECRET on both.',
  platform_unknown: 'Compare the user id and the app slug on both sides.',
  platform_unreachable:
    'Check CALCOM_CREDENTIAL_SYNC_ENDPOINT, that the platform runs, and its log: keyferry doctor.',
  sync_endpoint_missing:
    'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT and CALCOM_WEBHOOK_SECRET, or push a fresh credential.',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type FaultCode = keyof typeof REMEDIES;

/** The error of a way to fail, with its remedy. */
export function fault(
  code: FaultCode,
  message: string,
  detail: { readonly retryAfterMs?: number | null; readonly remedy?: string; readonly cause?: unknown } = {},
): KeyferryError {
  const { retryAfterMs = null, remedy = REMEDIES[code], cause } = detail;
  const later = retryAfterMs === null ? {} : { retryAfterMs };
  return new KeyferryError(code, message, { remedy, ...later, ...(cause === undefined ? {} : { cause }) });
}

/** There is nobody to ask. */
export function endpointMissing(): KeyferryError {
  return fault('sync_endpoint_missing', 'The token has expired, and no platform is configured.');
}

/** The grant is dead: only the user can mend it. */
export function needsReconnect(): KeyferryError {
  return fault('needs_reconnect', 'The user must connect this app again on the platform.');
}
