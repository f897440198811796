import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { createLine, type Entrant } from './line.ts';

/** OWASP's setting for 16 MB a hash: about a fifth of a second. */
const COST = { ln: 14, r: 8, p: 5 };
const HASH_BYTES = 32;

/**
 * Two hashes at once leave libuv's other two threads to files and name look-ups. One of them is for those who
 * are known: signed in, in a browser of theirs, or holding a key. Strangers wait for the other one alone.
 */
const LINES = { known: createLine({ waiting: 60 }), strangers: createLine({ waiting: 30 }) } as const;

/** Who waits for a hash. */
export interface Asker extends Entrant {
  readonly line: keyof typeof LINES;
}

const ADMIN: Asker = { line: 'known', from: 'admin' };

/** `$scrypt$ln=14,r=8,p=5$salt$hash` in base64url, or what an early sandbox stored: `salt.hash`, p=1. */
const STORED = /^(?:\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$)?([\w-]{22})[$.]([\w-]{43})$/;

/**
 * Hashes a password for storage: salted scrypt, in the manner of the PHC string format.
 * @throws KeyferryError busy when too many wait
 */
export async function hashPassword(password: string, asker: Asker = ADMIN): Promise<string> {
  const salt = randomBytes(16);
  const hashed = await stretch(password, salt, COST, asker);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hashed.toString('base64url')}`;
}

/**
 * Whether this is the password, compared in constant time. Without a stored hash as much work is done, so
 * that the time does not tell who has one.
 * @throws KeyferryError busy when too many wait
 */
export async function isPassword(
  password: string,
  stored: string | null,
  asker: Asker = ADMIN,
): Promise<boolean> {
  const [, ln, r, p, salt, hashed] = STORED.exec(stored ?? '') ?? [];
  if (salt === undefined || hashed === undefined) {
    await stretch(password, randomBytes(16), COST, asker);
    return false;
  }
  const cost = { ln: Number(ln ?? 14), r: Number(r ?? 8), p: Number(p ?? 1) };
  const given = await stretch(password, Buffer.from(salt, 'base64url'), cost, asker);
  return timingSafeEqual(given, Buffer.from(hashed, 'base64url'));
}

async function stretch(
  password: string,
  salt: Buffer,
  { ln, r, p }: typeof COST,
  asker: Asker,
): Promise<Buffer> {
  const leave = await LINES[asker.line].enter(asker);
  try {
    // Two ways to type one letter are one password (NIST SP 800-63B section 3.1.1.2).
    return await scryptOf(password.normalize('NFKC'), salt, { N: 2 ** ln, r, p, maxmem: 64 * 1024 * 1024 });
  } finally {
    leave();
  }
}

function scryptOf(text: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
