import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { KeyferryError } from '../protocol/index.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCES_DRAWN = 128;

/** Keys by id. The first one seals; every one opens. */
export interface Keyring {
  readonly sealWith: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/**
 * Reads KEYFERRY_ENCRYPTION_KEYS: `id:base64 of 32 bytes`, comma-separated.
 * @throws RangeError saying which entry is wrong, without its key
 */
export function parseKeyring(text: string): Keyring {
  const keys = new Map<string, KeyObject>();
  for (const [index, entry] of text.split(',').entries()) {
    const match = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(entry);
    if (!match) throw new RangeError(`entry ${index + 1} is not id:base64 of 32 bytes`);
    const [, id = '', base64 = ''] = match;
    if (keys.has(id)) throw new RangeError(`entry ${index + 1} repeats the id ${id}`);
    keys.set(id, createSecretKey(Buffer.from(base64, 'base64')));
  }
  const [sealWith = ''] = keys.keys();
  return { sealWith, keys };
}

/**
 * Seals a text with AES-256-GCM: `key id.base64url(nonce, ciphertext, tag)`.
 * @param identity of the row that holds it; another row's identity does not open it
 */
export function seal(ring: Keyring, text: string, identity: string): string {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', keyOf(ring, ring.sealWith), nonce);
  cipher.setAAD(Buffer.from(identity));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${ring.sealWith}.${sealed.toString('base64url')}`;
}

/**
 * Opens what `seal` made, with whichever key of the ring sealed it.
 * @throws KeyferryError sealed_unreadable: the key is missing, the row was moved or changed
 */
export function open(ring: Keyring, box: string, identity: string): string {
  const dot = box.indexOf('.');
  const key = keyOf(ring, box.slice(0, Math.max(dot, 0)));
  const bytes = Buffer.from(box.slice(dot + 1), 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(identity));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    // GCM keeps nothing back: this gives no bytes, it judges them.
    decipher.final();
    return text.toString();
  } catch (cause) {
    throw unreadable('it was changed, or belongs to another row', cause);
  }
}

let drawn = Buffer.alloc(0);

/** Drawn for many at a time: a draw costs as much as the sealing. Each is given out once. */
function nextNonce(): Buffer {
  if (drawn.length < NONCE_BYTES) drawn = randomBytes(NONCE_BYTES * NONCES_DRAWN);
  const nonce = drawn.subarray(0, NONCE_BYTES);
  drawn = drawn.subarray(NONCE_BYTES);
  return nonce;
}

function keyOf(ring: Keyring, id: string): KeyObject {
  const key = ring.keys.get(id);
  if (!key) throw unreadable(`the key "${id.slice(0, 32)}" is not in KEYFERRY_ENCRYPTION_KEYS`);
  return key;
}

function unreadable(why: string, cause?: unknown): KeyferryError {
  return new KeyferryError('sealed_unreadable', `A stored secret cannot be opened: ${why}.`, {
    remedy:
      'Put the key that sealed it back into KEYFERRY_ENCRYPTION_KEYS; keep old keys until all is re-sealed.',
    cause,
  });
}
