import { createHmac, hash, randomBytes } from 'node:crypto';
import type { Keyring } from '../sealed-box.ts';

/** A value that whoever has the keyring can make, and nobody else. */
export function derive({ keys, sealWith }: Keyring, label: string): Buffer {
  const key = keys.get(sealWith);
  if (key === undefined) throw new Error('The keyring has no key.');
  return createHmac('sha256', key).update(label).digest();
}

/** 32 random bytes, base64url: what a browser holds. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of such a token. Long random tokens need no salt. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}
