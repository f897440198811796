import type { Limit } from './tries.ts';

export interface SignInLimits {
  /** Of the account alone: forgotten when the right password comes. */
  readonly own: readonly Limit[];
  /** Shared with others: the right password gives one try back. */
  readonly shared: readonly Limit[];
}

const MINUTE_MS = 60_000;

/** The account from anywhere. The wait ends at about a minute, so that a stranger cannot keep its owner out. */
const ACCOUNT = { free: 20, doublings: 6 };

/** Without an address of the client the account's own limit is the strict one. */
const ACCOUNT_ALONE = { free: 5, doublings: 6 };

/** One account from one address or one browser, up to 17 minutes. */
const PAIR = { free: 5, doublings: 10 };

/** One address, whatever the account. */
const ADDRESS = { free: 30, doublings: 10 };

/** All tries of a minute, where addresses cannot be told apart. */
const ALL = { free: 300, doublings: 6 };

/**
 * What a try to sign in is counted under. A browser in which the account was signed in before has a count of
 * its own: a stranger's tries do not keep the owner out (OWASP: device cookies).
 * @param visitor `browser` is null where nobody signed in to this account before
 * @param now epoch milliseconds
 */
export function signInLimits(
  email: string,
  { address, browser }: { readonly address: string | null; readonly browser: string | null },
  now: number,
): SignInLimits {
  const account = email.toLowerCase();
  if (browser !== null) return { own: [{ of: `account ${account} in ${browser}`, ...PAIR }], shared: [] };
  if (address === null) {
    const minute = Math.floor(now / MINUTE_MS);
    return {
      own: [{ of: `account alone ${account}`, ...ACCOUNT_ALONE }],
      shared: [{ of: `all in minute ${minute}`, ...ALL }],
    };
  }
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

/** Wrong set-up codes, from anywhere. */
export const SETUP_LIMIT: Limit = { of: 'set-up code', free: 10, doublings: 6 };

/** Wrong current passwords of one who wants to change it. */
export function passwordLimit(personId: number): Limit {
  return { of: `password of ${personId}`, free: 5, doublings: 10 };
}
