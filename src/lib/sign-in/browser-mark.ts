import { randomUUID } from 'node:crypto';
import { secretMatches } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { derive } from './derive.ts';

type Needs = Pick<SignInContext, 'keyring' | 'role'>;

/**
 * A mark for a browser in which somebody has signed in: its name, and a proof that we gave it for this account.
 * It opens nothing; it has tries of its own.
 */
export function markBrowser(context: Needs, email: string): string {
  const browser = randomUUID();
  return `${browser}.${proof(context, browser, email)}`;
}

/** The browser that a mark names, or null when it is not ours or another account's. */
export function browserOf(context: Needs, mark: string | null, email: string): string | null {
  const [, browser, given] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(mark ?? '') ?? [];
  if (browser === undefined || given === undefined) return null;
  return secretMatches(given, proof(context, browser, email)) ? browser : null;
}

function proof({ keyring, role }: Needs, browser: string, email: string): string {
  return derive(keyring, `browser ${browser} of ${email.toLowerCase()} at the ${role}`).toString('base64url');
}
