import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const IV_BYTES = 16;
const BLOCK_BYTES = 16;
const KEY_CHARACTERS = 32;
const COLON_AT = 2 * IV_BYTES;

/** The transported text could not be opened. Deliberately without a reason: see docs/protocol.md#2. */
export class UndecryptableError extends Error {
  override readonly name = 'UndecryptableError' as const;
}

/**
 * The 32 bytes of a CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: one byte a character (latin1), not decoded.
 * @throws RangeError when the text is not 32 characters of one byte each
 * @see docs/protocol.md#2
 */
export function aesKey(text: string): KeyObject {
  const key = Buffer.from(text, 'latin1');
  if (text.length !== KEY_CHARACTERS) {
    throw new RangeError(`An AES key has ${KEY_CHARACTERS} characters; this one has ${text.length}.`);
  }
  if (key.toString('latin1') !== text) {
    throw new RangeError('An AES key has characters of one byte each; this one has a longer one.');
  }
  // Node turns bytes into a key object at each call; made once, a call costs a third.
  return createSecretKey(key);
}

/**
 * AES-256-CBC, PKCS#7: `hex(iv):hex(ciphertext)`, lower case. The text is UTF-8.
 * @param iv only for test vectors; random otherwise
 * @see docs/protocol.md#2
 */
export function encryptKeys(text: string, key: KeyObject, iv: Buffer = randomBytes(IV_BYTES)): string {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${iv.toString('hex')}:${ciphertext.toString('hex')}`;
}

/**
 * Opens what `encryptKeys` or Cal.com's `symmetricEncrypt` made; upper-case hex too.
 * @throws UndecryptableError for every kind of failure alike, so that no caller can build an oracle on it
 * @see docs/protocol.md#2
 */
export function decryptKeys(wire: string, key: KeyObject): string {
  // Node decodes a hex digit from the lower byte of any character: one beyond ASCII must not pass as one.
  if (Buffer.byteLength(wire, 'utf8') !== wire.length) throw new UndecryptableError('not iv:ciphertext');
  // A decoded hex text is shorter than half its length when a character of it is no hex digit.
  const iv = Buffer.from(wire.slice(0, COLON_AT), 'hex');
  const ciphertext = Buffer.from(wire.slice(COLON_AT + 1), 'hex');
  const whole = iv.length === IV_BYTES && ciphertext.length * 2 === wire.length - COLON_AT - 1;
  if (!whole || wire[COLON_AT] !== ':') throw new UndecryptableError('not iv:ciphertext');
  if (ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) {
    throw new UndecryptableError('not iv:ciphertext');
  }
  // A wrong padding must not take another way than a right one: Node throws for it, which takes longer.
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const { length, right } = paddingOf(padded);
  const text = padded.subarray(0, padded.length - length);
  const readable = isUtf8(text);
  if (right && readable) return text.toString('utf8');
  throw new UndecryptableError('bad decrypt');
}

/**
 * Judges the padding of whole blocks (PKCS#7: n bytes of the value n, 1 to 16) without a branch on any of them.
 * @returns its length, 0 where it is none
 */
function paddingOf(padded: Buffer): { readonly length: number; readonly right: boolean } {
  const end = padded.length - 1;
  const n = padded[end] as number;
  // Anything but 0 is wrong; of 1 to 16, one less has no bit above the lowest four.
  let wrong = (n - 1) >>> 4;
  for (let back = 0; back < BLOCK_BYTES; back += 1) {
    const isPadding = (back - n) >> 31;
    wrong |= isPadding & ((padded[end - back] as number) ^ n);
  }
  // All ones where nothing is wrong, else zero.
  const right = ~((wrong | -wrong) >> 31);
  return { length: n & right, right: right !== 0 };
}
