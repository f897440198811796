import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/**
 * Compares a secret that came over the wire with the expected one in constant time, whatever the lengths.
 * A missing or empty expectation never matches: a feature without a secret is off, not open.
 * @see docs/protocol.md#1
 */
export function secretMatches(given: string | null | undefined, expected: string): boolean {
  if (expected === '') return false;
  const same = timingSafeEqual(digest(given ?? ''), digestOfExpected(expected));
  return same && given !== undefined && given !== null;
}

let last = { expected: '', digest: digest('') };

/** One secret is expected again and again. */
function digestOfExpected(expected: string): Buffer {
  if (last.expected !== expected) last = { expected, digest: digest(expected) };
  return last.digest;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/**
 * A name for an access token that tells nothing about it: HMAC-SHA256 under the sync secret, hex.
 * The instance names the token that a provider refused, so that the platform refreshes once and not
 * once for each instance that reports the same one.
 * @see docs/protocol.md#4
 */
export function tokenFingerprint(accessToken: string, secret: string): string {
  return createHmac('sha256', secret).update(accessToken).digest('hex');
}
