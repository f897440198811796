import { createHmac, hkdfSync } from 'node:crypto';

/** Half of a SHA-256: enough to tell that two values differ. */
const BYTES = 16;

/**
 * Makes names for app keys that tell nothing about them, so that both sides can see whether theirs are the same:
 * HMAC-SHA256 over slug, name and value under a key of its own, derived from the sync secret by HKDF. Hex.
 * @param secret the shared sync secret
 */
export function keyFingerprints(secret: string): (slug: string, name: string, value: string) => string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'keyferry app keys 1', 32));
  return (slug, name, value) =>
    createHmac('sha256', key)
      .update(JSON.stringify([slug, name, value]))
      .digest('hex')
      .slice(0, BYTES * 2);
}
