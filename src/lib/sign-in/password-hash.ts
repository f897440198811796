import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { KeyferryError } from '../../protocol/index.ts';

/** OWASP's setting for 16 MB a hash: about a fifth of a second. */
const COST = { ln: 14, r: 8, p: 5 };
const HASH_BYTES = 32;

/** Two at once leave libuv's other two threads to files and name look-ups. */
const AT_ONCE = 2;
const WAITING = 60;

/** `$scrypt$ln=14,r=8,p=5$salt$hash` in base64url, or what an early sandbox stored: `salt.hash`, p=1. */
const STORED = /^(?:\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$)?([\w-]{22})[$.]([\w-]{43})$/;

/** Hashes a password for storage: salted scrypt, in the manner of the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hashed = await stretch(password, salt, COST);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hashed.toString('base64url')}`;
}

/**
 * Whether this is the password, compared in constant time. Without a stored hash as much work is done, so
 * that the time does not tell who has one.
 */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, ln, r, p, salt, hashed] = STORED.exec(stored ?? '') ?? [];
  if (salt === undefined || hashed === undefined) {
    await stretch(password, randomBytes(16), COST);
    return false;
  }
  const cost = { ln: Number(ln ?? 14), r: Number(r ?? 8), p: Number(p ?? 1) };
  const given = await stretch(password, Buffer.from(salt, 'base64url'), cost);
  return timingSafeEqual(given, Buffer.from(hashed, 'base64url'));
}

let running = 0;
const queue: (() => void)[] = [];

/** @throws KeyferryError busy when too many wait */
async function stretch(password: string, salt: Buffer, { ln, r, p }: typeof COST): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING) {
      throw new KeyferryError('busy', 'Too many passwords are being checked.', { retryAfterMs: 5_000 });
    }
    // Whoever ends hands its place on: `running` stays.
    await new Promise<void>(resolve => queue.push(resolve));
  } else running += 1;
  try {
    // Two ways to type one letter are one password (NIST SP 800-63B section 3.1.1.2).
    return await scryptOf(password.normalize('NFKC'), salt, { N: 2 ** ln, r, p, maxmem: 64 * 1024 * 1024 });
  } finally {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}

function scryptOf(text: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
