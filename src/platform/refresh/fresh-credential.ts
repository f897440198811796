import {
  EXPIRY_MARGIN_MS,
  isFresh,
  isKeyferryError,
  KeyferryError,
  mergeRefreshed,
  storedCredential,
} from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { findOAuthApp, type Grant, loadGrant } from '../vault/index.ts';
import { listAttempts } from './attempt.ts';
import { needsReconnect } from './errors.ts';
import { refuseForced } from './forced.ts';
import { type Renewed, renew } from './renew.ts';
import { isSpare } from './take-over.ts';

/** The least that is left of a token that is handed out, in milliseconds. */
export const MINIMUM_MS = 60_000;
/** Less than an instance waits for us, so that it hears why; in milliseconds. */
export const PATIENCE_MS = 8_000;

export interface Freshness {
  /** How long the token must still hold, in milliseconds. */
  readonly minimumMs?: number;
  /** Whether the caller was told that the provider refuses this access token. */
  readonly rejected?: (accessToken: string) => boolean;
  /** The version of the connection that does not do any more, however long its token holds. */
  readonly newerThan?: number;
  /** How long the caller waits for a refresh, in milliseconds; the refresh goes on after that. */
  readonly patienceMs?: number;
}

/** Refreshes under way in this process: callers who saw the same version of a connection share one. */
export type RefreshFlights = (key: string, run: () => Promise<Renewed>) => Promise<Renewed>;

export type RefreshContext = Pick<
  PlatformContext,
  'config' | 'database' | 'catalogue' | 'effects' | 'outbound' | 'flights' | 'unwritten' | 'wake'
>;

const ROUNDS = 3;

/** Whether no refresh can follow. */
function isLast(context: RefreshContext, { row, credential }: Grant): boolean {
  return credential.refreshToken === null || !findOAuthApp(context, row.appSlug).credential.oauth.refreshable;
}

/**
 * A credential that works: the stored one while it does, else a refreshed one, stored before it is given.
 * A token that still holds is given when its refresh fails for a while.
 * @throws KeyferryError connection_not_found, needs_reconnect, app_keys_missing, provider_..., busy
 */
export async function freshCredential(
  context: RefreshContext,
  connectionId: string,
  freshness: Freshness = {},
): Promise<Grant> {
  const {
    minimumMs = MINIMUM_MS,
    rejected = () => false,
    newerThan = 0,
    patienceMs = PATIENCE_MS,
  } = freshness;
  const holdsFor = ({ credential }: Grant, forMs: number): boolean =>
    !rejected(credential.accessToken) && isFresh(credential.expiresAt, context.effects.now(), forMs);
  const holds = (grant: Grant): boolean => holdsFor(grant, EXPIRY_MARGIN_MS);
  const serves = (grant: Grant): boolean => {
    const { refreshedAt, version } = grant.row;
    // A provider whose tokens are shorter than what is asked for must not be asked each time.
    const justRefreshed = refreshedAt !== null && context.effects.now() - refreshedAt < MINIMUM_MS;
    const leastMs = justRefreshed ? Math.min(minimumMs, MINIMUM_MS) : minimumMs;
    return version > newerThan && holdsFor(grant, leastMs);
  };

  for (let round = 1; round <= ROUNDS; round += 1) {
    const seen = await loadGrant(context, connectionId);
    const dead = seen.row.status === 'needs_reconnect';
    if (dead && !(await mayRise(context, seen))) throw needsReconnect(seen.row.appSlug);
    const last = isLast(context, seen);
    if (!dead && (serves(seen) || (last && holds(seen)))) return seen;
    const held = heldGrant(context, seen);
    if (held !== null && serves(held)) return held;
    refuseForced(context, seen, rejected);
    const key = `${connectionId}:${seen.row.version}`;
    try {
      const flight = context.flights(key, () => renew(context, seen, { serves, holds, rejected }));
      const renewed = await patiently(context, flight, {
        patienceMs,
        heldOf: held === null ? connectionId : null,
      });
      if (renewed === null) continue;
      const { grant, refreshed } = renewed;
      // What was refreshed for us is the best there is, however short the provider made it.
      if (refreshed || serves(grant)) return grant;
    } catch (error) {
      const passing = isKeyferryError(error) && error.code !== 'needs_reconnect';
      if (passing && holds(seen) && seen.row.version > newerThan) return seen;
      throw error;
    }
  }
  throw new KeyferryError('busy', 'The connection is being changed by others.', { retryAfterMs: 1_000 });
}

/** Whether an answer has come in late for a grant that was called dead. */
async function mayRise(context: RefreshContext, grant: Grant): Promise<boolean> {
  return (await listAttempts(context, grant)).some(attempt => isSpare(attempt, grant));
}

/**
 * What a refresh of this process brought and could not be written down yet, as it will be committed. It is safe to give:
 * nobody else can have a newer one, and whoever gets it needs it no less for that this process may die.
 */
function heldGrant(context: RefreshContext, { row, credential, issuedAt }: Grant): Grant | null {
  const tokens = context.unwritten.of(row.id, row.version)?.attempt.tokens ?? null;
  if (tokens === null) return null;
  const { expiresAt } = tokens;
  return {
    row: { ...row, version: row.version + 1, status: 'connected', statusReason: null, expiresAt },
    credential: storedCredential(mergeRefreshed(credential.wire, tokens), expiresAt),
    issuedAt,
  };
}

/**
 * A provider that hangs hangs nobody here: the refresh goes on, and what it brings is stored and pushed.
 * @returns null where an answer came and could not be written down yet
 */
async function patiently(
  { unwritten }: RefreshContext,
  refresh: Promise<Renewed>,
  { patienceMs, heldOf }: { readonly patienceMs: number; readonly heldOf: string | null },
): Promise<Renewed | null> {
  const held = Promise.withResolvers<null>();
  const stop = heldOf === null ? () => undefined : unwritten.whenHeld(heldOf, () => held.resolve(null));
  const enough = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const words = 'The provider takes long to answer; the refresh goes on.';
    enough.reject(new KeyferryError('busy', words, { retryAfterMs: 2_000 }));
  }, patienceMs);
  try {
    return await Promise.race([refresh, enough.promise, held.promise]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}
