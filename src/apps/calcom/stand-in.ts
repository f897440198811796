import type { CalcomReader } from '../definition.ts';

/**
 * What Cal.com itself writes where a platform sent no refresh token. It is none, and we take it for none
 * where it comes back.
 */
export const REFRESH_TOKEN_STAND_IN = 'refresh_token';

/** For how long Cal.com takes a token whose end nobody told: 365 days, in seconds. */
export const UNTOLD_SECONDS = 365 * 86_400;

/**
 * The lifetimes are never the provider's: Lark's and Feishu's readers delete the row when that date has
 * passed, and when a grant is dead is the platform's to say.
 */
const STAND_INS: Readonly<Record<string, (now: number) => string | number>> = {
  refresh_token: () => REFRESH_TOKEN_STAND_IN,
  refresh_token_expires_in: () => UNTOLD_SECONDS,
  refresh_expires_in: () => UNTOLD_SECONDS,
  refresh_expires_date: now => Math.floor(now / 1000) + UNTOLD_SECONDS,
};

const NEEDED_BY: Readonly<Record<CalcomReader['refreshReply'], readonly string[]>> = {
  flat: [],
  full: ['refresh_token', 'refresh_token_expires_in'],
  envelope: ['refresh_token', 'refresh_expires_in', 'refresh_expires_date'],
  none: [],
};

/**
 * Values for the members that a reader insists on and that do not travel: a refresh token, and how long it
 * lives. What belongs to the account (`api_domain`, `instance_url`) comes with the grant or not at all.
 * @param now epoch milliseconds
 */
export function standIns(reader: CalcomReader, now: number): Record<string, string | number> {
  const needed = new Set([...reader.needs, ...NEEDED_BY[reader.refreshReply]]);
  return Object.fromEntries(
    Object.entries(STAND_INS)
      .filter(([name]) => needed.has(name))
      .map(([name, value]) => [name, value(now)]),
  );
}
