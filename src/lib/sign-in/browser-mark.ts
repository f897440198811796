import { randomUUID } from 'node:crypto';
import { secretMatches } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { deriveEach } from './derive.ts';

type Needs = Pick<SignInContext, 'keyring' | 'role'>;

/**
 * A mark for a browser in which somebody has signed in: its name, and a proof that we gave it for this account.
 * It opens nothing; it has tries of its own.
 */
export function markBrowser(context: Needs, email: string): string {
  const browser = randomUUID();
  return `${browser}.${proofs(context, browser, email)[0]}`;
}

/** The browser that a mark names, or null when it is not ours or another account's. */
export function browserOf(context: Needs, mark: string | null, email: string): string | null {
  const [, browser, given] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(mark ?? '') ?? [];
  if (browser === undefined || given === undefined) return null;
  return proofs(context, browser, email).some(proof => secretMatches(given, proof)) ? browser : null;
}

/** Under each key of the ring; the first is the one that is given out. */
function proofs({ keyring, role }: Needs, browser: string, email: string): string[] {
  const label = `browser ${browser} of ${email.toLowerCase()} at the ${role}`;
  return deriveEach(keyring, label).map(bytes => bytes.toString('base64url'));
}
