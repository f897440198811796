import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes for a link, a cookie or a state, base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of such a secret: SHA-256, hex. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
