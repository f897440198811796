import { randomInt } from 'node:crypto';

// Without letters that are taken for one another.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password for one sign-in, after which another must be chosen. Four groups of four letters: 79 bits. */
export function createOneTimePassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
