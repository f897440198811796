import type { CalcomReader } from '../definition.ts';

/**
 * An expiry in the one spelling that a reader of stored keys reads; any other name or unit is read as
 * "ended" or as "never ends".
 * @param at epoch milliseconds
 * @param now epoch milliseconds
 */
export function expiryMembers(
  spelling: CalcomReader['pushExpiry'],
  at: number,
  now: number,
): Record<string, string | number> {
  const seconds = Math.floor(at / 1000);
  switch (spelling) {
    case 'expiry_date_ms':
      return { expiry_date: at };
    case 'expiry_date_s':
      return { expiry_date: seconds };
    case 'expiryDate_ms':
      return { expiryDate: at };
    case 'expires_at_ms':
      return { expires_at: at };
    case 'expires_in_epoch_s':
      return { expires_in: seconds };
    // Salesforce's own spelling: the one member that is a number in a text.
    case 'issued_at_token_lifetime':
      return { issued_at: String(now), token_lifetime: secondsLeft(at, now) };
    case 'none':
      return {};
  }
}

/** Whole seconds until then; at least one, for Cal.com takes 0 for "not told". */
export function secondsLeft(at: number, now: number): number {
  return Math.max(1, Math.floor((at - now) / 1000));
}
