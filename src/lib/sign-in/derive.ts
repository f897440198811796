import { createHmac, type KeyObject, randomBytes } from 'node:crypto';
import type { Keyring } from '../sealed-box.ts';

/** A value that whoever has the keyring can make, and nobody else. */
export function derive({ keys, sealWith }: Keyring, label: string): Buffer {
  const key = keys.get(sealWith);
  if (key === undefined) throw new Error('The keyring has no key.');
  return mac(key, label);
}

/** That value under each key of the ring, the one that writes first: what an older key made is known as well. */
export function deriveEach(ring: Keyring, label: string): readonly Buffer[] {
  const others = [...ring.keys].filter(([id]) => id !== ring.sealWith);
  return [derive(ring, label), ...others.map(([, key]) => mac(key, label))];
}

function mac(key: KeyObject, label: string): Buffer {
  return createHmac('sha256', key).update(label).digest();
}

/** 32 random bytes, base64url: what a browser holds. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a long random token: without the keyring no row can be made for a token of one's own. */
export function hashToken(ring: Keyring, token: string): string {
  return derive(ring, `token ${token}`).toString('hex');
}

/** What may be stored of such a token, under any key of the ring; the first is `hashToken`. */
export function hashesOf(ring: Keyring, token: string): readonly string[] {
  return deriveEach(ring, `token ${token}`).map(bytes => bytes.toString('hex'));
}

/** The id of a row that follows from what the row says, so that neither can be changed without the keyring. */
export function idOf(ring: Keyring, meaning: string): string {
  return shown(derive(ring, `row ${meaning}`));
}

/** Whether a row has the id that follows from what it says, under any key of the ring. */
export function isIdOf(ring: Keyring, meaning: string, id: string): boolean {
  return deriveEach(ring, `row ${meaning}`).some(bytes => shown(bytes) === id);
}

/** 128 bits, written as ids are elsewhere. */
function shown(bytes: Buffer): string {
  const hex = bytes.subarray(0, 16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
