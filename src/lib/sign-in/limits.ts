import type { Limit } from './tries.ts';

export interface SignInLimits {
  /** Of the account alone: forgotten when the right password comes. */
  readonly own: readonly Limit[];
  /** Shared with others: the right password gives one try back. */
  readonly shared: readonly Limit[];
}

/**
 * What strangers may cause waits for the owner too, where it cannot tell them apart: never more than 8 s between two
 * tries. So nobody guesses at one account more than 10,800 times a day, from however many addresses: 3.9 million
 * a year, 2^22. Ten random small letters are 2^47.
 */
const STRANGERS_DOUBLINGS = 3;

/** The account from anywhere. */
const ACCOUNT = { free: 20, doublings: STRANGERS_DOUBLINGS };

/** Without an address of the client the account's own limit is the strict one. */
const ACCOUNT_ALONE = { free: 5, doublings: STRANGERS_DOUBLINGS };

/** One account from one address. */
const PAIR = { free: 5, doublings: STRANGERS_DOUBLINGS };

/** One account in one browser in which it was signed in before: up to a minute. No stranger is counted there. */
const BROWSER = { free: 5, doublings: 6 };

/** One address, whatever the account. */
const ADDRESS = { free: 30, doublings: STRANGERS_DOUBLINGS };

/**
 * What a try to sign in is counted under. A browser in which the account was signed in before has a count of
 * its own: a stranger's tries do not keep the owner out (OWASP: device cookies).
 * @param visitor `browser` is null where nobody signed in to this account before
 */
export function signInLimits(
  email: string,
  { address, browser }: { readonly address: string | null; readonly browser: string | null },
): SignInLimits {
  const account = email.toLowerCase();
  if (browser !== null) return { own: [{ of: `account ${account} in ${browser}`, ...BROWSER }], shared: [] };
  if (address === null) return { own: [{ of: `account alone ${account}`, ...ACCOUNT_ALONE }], shared: [] };
  return {
    own: [
      { of: `account ${account} from ${address}`, ...PAIR },
      { of: `account ${account}`, ...ACCOUNT },
    ],
    shared: [{ of: `address ${address}`, ...ADDRESS }],
  };
}

/** What is counted under an account from anywhere. */
export function accountLimits(email: string): Limit[] {
  const account = email.toLowerCase();
  return [
    { of: `account alone ${account}`, ...ACCOUNT_ALONE },
    { of: `account ${account}`, ...ACCOUNT },
  ];
}

/** Right passwords of one account, which cost as much as wrong ones: only who knows the password is counted. */
export function rightLimit(email: string): Limit {
  return { of: `right password of ${email.toLowerCase()}`, free: 30, doublings: 6 };
}

/** Wrong set-up codes, from anywhere. The right one is never kept waiting: of 60 bits none is guessed. */
export const SETUP_LIMIT: Limit = { of: 'set-up code', free: 10, doublings: 6 };

/** Wrong current passwords of one who wants to change it. */
export function passwordLimit(personId: number): Limit {
  return { of: `password of ${personId}`, free: 5, doublings: 6 };
}

/** Changes of one's password, each of which costs two hashes. */
export function changeLimit(personId: number): Limit {
  return { of: `password change of ${personId}`, free: 10, doublings: 6 };
}
