/**
 * The names that drifted: the document's, and those that Cal.com's later code reads. Both are accepted.
 * @see docs/protocol.md#1
 */
export const SECRET_NAMES = ['CALCOM_WEBHOOK_SECRET', 'CALCOM_CREDENTIAL_SYNC_SECRET'] as const;
export const HEADER_NAMES = ['CALCOM_WEBHOOK_HEADER_NAME', 'CALCOM_CREDENTIAL_SYNC_HEADER_NAME'] as const;
export const ENDPOINT_NAME = 'CALCOM_CREDENTIAL_SYNC_ENDPOINT';
export const ENCRYPTION_KEY_NAME = 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY';
export const WEBAPP_URL_NAME = 'CALCOM_WEBAPP_URL';
/** Cal.com's own key: what its users enter is kept, and therefore pushed, encrypted with it. */
export const CALENDSO_KEY_NAME = 'CALENDSO_ENCRYPTION_KEY';

/** The headers that carry the secret when no name is configured: received under either, sent under both. */
export const DEFAULT_HEADERS = ['calcom-webhook-secret', 'calcom-credential-sync-secret'] as const;

/** Where a platform sends credentials, below the instance's web address. */
export const WEBHOOK_PATH = '/api/webhook/app-credential';

/** Where a Keyferry is asked for tokens, below the platform's web address: where it stands, its API is beside it. */
export const SYNC_PATH = '/api/sync';

/** The web address of a platform out of its sync endpoint; null where the path is not a Keyferry's. */
export function platformBase(endpoint: string): string | null {
  return endpoint.endsWith(SYNC_PATH) ? endpoint.slice(0, -SYNC_PATH.length) : null;
}

/**
 * An extra request header of ours beside Cal.com's refresh request: the fingerprint of the access token
 * that the provider refused. A platform that does not know it answers as always.
 * @see docs/protocol.md#4
 */
export const REJECTED_TOKEN_HEADER = 'keyferry-rejected-token';

/**
 * The other extra header: how many seconds the token must still hold. A platform that does not know it
 * answers as always.
 * @see docs/protocol.md#4
 */
export const MINIMUM_SECONDS_HEADER = 'keyferry-minimum-seconds';

/**
 * The secret as the caller sent it: under the configured header, or under either default.
 * @param header looks a request header up by name, without regard to case
 * @param configured the configured header name, or null
 */
export function presentedSecret(
  header: (name: string) => string | null | undefined,
  configured: string | null,
): string | null {
  const names = configured === null ? DEFAULT_HEADERS : [configured];
  for (const name of names) {
    const value = header(name);
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** The headers that a sender sets: the configured one alone, else both defaults, since a receiver may know either. */
export function secretHeaders(secret: string, configured: string | null): Record<string, string> {
  const names = configured === null ? DEFAULT_HEADERS : [configured.toLowerCase()];
  return Object.fromEntries(names.map(name => [name, secret]));
}
