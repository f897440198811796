import { KeyferryError } from '../../protocol/index.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

export const SHORTEST = 10;
export const LONGEST = 256;

/**
 * Refuses a password that would be guessed first (NIST SP 800-63B section 3.1.1.2: a least length and a list
 * of known ones, no rules about kinds of characters).
 * @throws KeyferryError password_refused
 */
export function checkPassword(password: string, email: string): void {
  const lower = password.toLowerCase();
  const length = [...password].length;
  if (length < SHORTEST) throw refused(`It is shorter than ${SHORTEST} characters.`);
  if (length > LONGEST) throw refused(`It is longer than ${LONGEST} characters.`);
  if (lower === email.toLowerCase()) throw refused('It is the e-mail address.');
  const bare = lower.replace(/[^\p{L}\p{N}]/gu, '');
  if (COMMON_PASSWORDS.has(lower) || COMMON_PASSWORDS.has(bare)) {
    throw refused('It is one of the commonest passwords.');
  }
  if (new Set(lower).size < 4) throw refused('It is made of fewer than four different characters.');
}

function refused(why: string): KeyferryError {
  return new KeyferryError('password_refused', `This password is not taken. ${why}`, {
    remedy: `Choose another of ${SHORTEST} characters or more; several words make a good one.`,
  });
}
