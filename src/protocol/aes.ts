import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV_BYTES = 16;
const KEY_CHARACTERS = 32;
const WIRE = /^[0-9a-fA-F]{32}:(?:[0-9a-fA-F]{32})+$/;

/** The transported text could not be opened. Deliberately without a reason: see docs/protocol.md#2. */
export class UndecryptableError extends Error {
  override readonly name = 'UndecryptableError' as const;
}

/**
 * The 32 bytes of a CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: one byte a character (latin1), not decoded.
 * @throws RangeError when the text is not 32 characters of one byte each
 * @see docs/protocol.md#2
 */
export function aesKey(text: string): Buffer {
  const key = Buffer.from(text, 'latin1');
  if (text.length !== KEY_CHARACTERS) {
    throw new RangeError(`An AES key has ${KEY_CHARACTERS} characters; this one has ${text.length}.`);
  }
  if (key.toString('latin1') !== text) {
    throw new RangeError('An AES key has characters of one byte each; this one has a longer one.');
  }
  return key;
}

/**
 * AES-256-CBC, PKCS#7: `hex(iv):hex(ciphertext)`, lower case. The text is UTF-8.
 * @param iv only for test vectors; random otherwise
 * @see docs/protocol.md#2
 */
export function encryptKeys(text: string, key: Buffer, iv: Buffer = randomBytes(IV_BYTES)): string {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return `${iv.toString('hex')}:${cipher.update(text, 'utf8', 'hex')}${cipher.final('hex')}`;
}

/**
 * Opens what `encryptKeys` or Cal.com's `symmetricEncrypt` made; upper-case hex too.
 * @throws UndecryptableError for every kind of failure alike, so that no caller can build an oracle on it
 * @see docs/protocol.md#2
 */
export function decryptKeys(wire: string, key: Buffer): string {
  if (!WIRE.test(wire)) throw new UndecryptableError('not iv:ciphertext');
  const iv = Buffer.from(wire.slice(0, 2 * IV_BYTES), 'hex');
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  try {
    return decipher.update(wire.slice(2 * IV_BYTES + 1), 'hex', 'utf8') + decipher.final('utf8');
  } catch {
    throw new UndecryptableError('bad decrypt');
  }
}
