import { hash } from 'node:crypto';
import { isOAuthApp } from '../apps/index.ts';
import { open } from '../lib/sealed-box.ts';
import { singleFlight } from '../lib/single-flight.ts';
import {
  EXPIRY_MARGIN_MS,
  isFresh,
  isKeyferryError,
  KeyferryError,
  storedCredential,
} from '../protocol/index.ts';
import type { InstanceContext } from './context.ts';
import { credentialIdentity, findCredential } from './store/index.ts';
import type { Held } from './tokens/held.ts';
import { renew } from './tokens/renew.ts';
import { standingFault } from './tokens/standing-fault.ts';

export interface TokenRequest {
  readonly userId: number;
  readonly appSlug: string;
  /** How long the token must still hold, in seconds. */
  readonly minimumSeconds?: number;
  /** The stored token does not work: get another, whatever its expiry says. */
  readonly force?: boolean;
  /** As `force`, for the caller that knows which token was refused: another stored one is taken as good. */
  readonly rejectedToken?: string;
  /**
   * A person asks: the platform is asked even where the stored token is good, its grant is known to be dead, or
   * the next try is not due, and a failure is told even where the stored token still holds.
   */
  readonly now?: boolean;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly tokenType: string;
  /** Epoch milliseconds; null where nobody said. */
  readonly expiresAt: number | null;
  readonly scope: string | null;
}

type Context = Pick<
  InstanceContext,
  'config' | 'database' | 'catalogue' | 'effects' | 'outbound' | 'platform'
>;

/** So long after a refresh the next one would give the same token, in milliseconds. */
const JUST_NOW_MS = 60_000;

/**
 * Makes the one way to a working token: load, still good? one flight in the process, a lease across
 * processes, re-read, ask the platform, replace if unchanged. Who cannot be helped by asking is told so at once.
 * @param fly the refreshes under way, for whoever waits for their end
 * @returns a function that gives a token, or throws a KeyferryError that says why there is none
 */
export function createAccessToken(
  context: Context,
  fly = singleFlight<Held>(),
): (request: TokenRequest) => Promise<AccessToken> {
  return async function accessToken(request) {
    refuseOther(context, request);
    const held = await load(context, request);
    const rejected = rejectedToken(request, held);
    const { minimumSeconds = 0, now = false } = request;
    const forMs = Math.max(EXPIRY_MARGIN_MS, minimumSeconds * 1000);
    const does = (some: Held) => serves(some, rejected, forMs, context.effects.now());
    if (!now && does(held)) return toAccessToken(held);
    const holds = (some: Held) => serves(some, rejected, EXPIRY_MARGIN_MS, context.effects.now());
    // Callers share what they want alike: the platform is told how long it must hold, and which token was refused.
    const { id, version } = held.row;
    const key = `${id}:${version}:${now}:${forMs}:${rejected === null ? '' : hash('sha256', rejected)}`;
    const wish = {
      rejectedToken: rejected,
      minimumSeconds,
      now,
      load: () => load(context, request),
      serves: does,
    };
    try {
      if (!now) refuseAtOnce(context, held, rejected);
      return toAccessToken(await fly(key, () => renew(context, wish, held)));
    } catch (error) {
      if (!now && holds(held) && isKeyferryError(error)) return toAccessToken(held);
      throw error;
    }
  };
}

/** Turns a caller away whom asking would not help, before anything is locked or sent. @throws KeyferryError */
function refuseAtOnce(context: Context, held: Held, rejected: string | null): void {
  const standing = standingFault(context, held, rejected);
  if (standing !== null) throw standing;
  context.platform.refuseWhileSilent(held.row.appId);
}

/** @throws KeyferryError not_a_token_app */
function refuseOther({ catalogue }: Context, { appSlug }: TokenRequest): void {
  const app = catalogue.get(appSlug);
  if (app === undefined || isOAuthApp(app)) return;
  throw new KeyferryError('not_a_token_app', `The app ${appSlug} has no access token.`, {
    remedy: 'Read what the user entered: POST /api/keyferry/v1/form-credential.',
  });
}

function rejectedToken(request: TokenRequest, held: Held): string | null {
  return request.rejectedToken ?? (request.force ? held.credential.accessToken : null);
}

function serves({ row, credential }: Held, rejected: string | null, forMs: number, now: number): boolean {
  const justRefreshed = row.refreshedAt !== null && now - row.refreshedAt < JUST_NOW_MS;
  const leastMs = justRefreshed && isBest(row, forMs) ? EXPIRY_MARGIN_MS : forMs;
  if (credential.accessToken === rejected) return false;
  return isFresh(credential.expiresAt, now, leastMs) || (justRefreshed && endedOnArrival(row));
}

/**
 * Whether the platform was asked for as long a life, or for one that it has not: one whose tokens are shorter than what
 * is wanted must not be asked each time.
 */
function isBest({ expiresAt, refreshedAt, refreshedFor }: Held['row'], forMs: number): boolean {
  const askedMs = refreshedFor * 1000;
  return forMs <= Math.max(EXPIRY_MARGIN_MS, askedMs) || (expiresAt ?? 0) - (refreshedAt ?? 0) < askedMs;
}

/** Past when the platform called it good: a clock is wrong, or it has no better. Asking at each use mends neither. */
function endedOnArrival({ expiresAt, refreshedAt, pushedAt }: Held['row']): boolean {
  if (expiresAt === null || refreshedAt === null || expiresAt > refreshedAt) return false;
  return pushedAt === null || pushedAt < refreshedAt;
}

async function load({ config, database }: Context, request: TokenRequest): Promise<Held> {
  const { userId, appSlug } = request;
  const row = await findCredential(database, { userId, appSlug, account: '' });
  if (!row) {
    throw new KeyferryError('credential_not_found', 'This user has no credential for this app.', {
      remedy: 'Connect the app on the platform; it pushes the credential here.',
    });
  }
  if (!row.appEnabled) {
    throw new KeyferryError('app_disabled', `The app ${appSlug} is disabled on this instance.`, {
      remedy: 'Enable it on settings/admin/apps.',
    });
  }
  const wire = JSON.parse(open(config.keyring, row.sealedKey, credentialIdentity(row)));
  return { row, credential: storedCredential(wire, row.expiresAt) };
}

function toAccessToken({ credential }: Held): AccessToken {
  const { accessToken, tokenType, expiresAt, scope } = credential;
  return { accessToken, tokenType, expiresAt, scope };
}
