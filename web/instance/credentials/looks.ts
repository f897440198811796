import type { CredentialAnswer } from '../../../src/instance/http/credentials.ts';
import type { StatusLook } from '../../parts/status.tsx';

/** The route that lists credentials, and has each below it. */
export const CREDENTIALS = '/api/keyferry/v1/credentials';

/** A token that ends within this time is about to be refreshed, in milliseconds. */
const SOON_MS = 5 * 60_000;

/** How a credential is, in one word. @param now epoch milliseconds */
export function lookOf(
  { status, refreshing, expiresAt }: Pick<CredentialAnswer, 'status' | 'refreshing' | 'expiresAt'>,
  now: number,
): StatusLook {
  if (refreshing) return { label: 'Refreshing', colour: 'blue' };
  if (status === 'needs_reconnect') return { label: 'Needs reconnect', colour: 'red' };
  if (status === 'failing') return { label: 'Failing', colour: 'orange' };
  if (expiresAt !== null && expiresAt <= now) return { label: 'Expired', colour: 'yellow' };
  if (expiresAt !== null && expiresAt <= now + SOON_MS) return { label: 'Expiring', colour: 'yellow' };
  return { label: 'Working', colour: 'teal' };
}

/** When the platform is asked next, in words before a time; null where a time says it all. */
export function nextRefresh(
  { status, retryAt, expiresAt }: Pick<CredentialAnswer, 'status' | 'retryAt' | 'expiresAt'>,
  now: number,
): { readonly words: string; readonly at: number | null } {
  if (status === 'needs_reconnect') return { words: 'after the user has connected again', at: null };
  if (retryAt !== null && retryAt > now) return { words: 'not before', at: retryAt };
  if (expiresAt === null) return { words: 'when the provider refuses the token', at: null };
  return expiresAt <= now
    ? { words: 'at the next use', at: null }
    : { words: 'at the first use after', at: expiresAt };
}
