import { hash } from 'node:crypto';
import { isOAuthApp } from '../apps/index.ts';
import { acquireLease, releaseLease } from '../lib/lease.ts';
import { open, seal } from '../lib/sealed-box.ts';
import { singleFlight } from '../lib/single-flight.ts';
import {
  type Credential,
  credentialText,
  EXPIRY_MARGIN_MS,
  isFresh,
  isKeyferryError,
  KeyferryError,
  mergeRefreshed,
  readCredential,
} from '../protocol/index.ts';
import type { InstanceContext } from './context.ts';
import {
  type CredentialRow,
  credentialIdentity,
  findCredential,
  leaseName,
  markFailed,
  replaceToken,
} from './store/index.ts';
import { askPlatform, SYNC_DEADLINE_MS } from './sync-client.ts';

export interface TokenRequest {
  readonly userId: number;
  readonly appSlug: string;
  /** How long the token must still hold, in seconds. */
  readonly minimumSeconds?: number;
  /** The stored token does not work: get another, whatever its expiry says. */
  readonly force?: boolean;
  /** As `force`, for the caller that knows which token was refused: another stored one is taken as good. */
  readonly rejectedToken?: string;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly tokenType: string;
  /** Epoch milliseconds; null where nobody said. */
  readonly expiresAt: number | null;
  readonly scope: string | null;
}

type Context = Pick<InstanceContext, 'config' | 'database' | 'catalogue' | 'effects' | 'outbound'>;

/** Longer than the deadline of the request made under it, in milliseconds. */
const LEASE_MS = 2 * SYNC_DEADLINE_MS;
/** So long after a refresh the next one would give the same token, in milliseconds. */
const JUST_NOW_MS = 60_000;
/** How long a caller waits for another process's refresh, in milliseconds. */
const WAIT_MS = SYNC_DEADLINE_MS + 2_000;

/** A row with its credential opened. */
interface Held {
  readonly row: CredentialRow;
  readonly credential: Credential;
}

/**
 * Makes the one way to a working token: load, still good? one flight in the process, a lease across
 * processes, re-read, ask the platform, replace if unchanged.
 * @returns a function that gives a token, or throws a KeyferryError that says why there is none
 */
export function createAccessToken(context: Context): (request: TokenRequest) => Promise<AccessToken> {
  const fly = singleFlight<Held>();
  return async function accessToken(request) {
    refuseOther(context, request);
    const held = await load(context, request);
    const rejected = rejectedToken(request, held);
    const forMs = Math.max(EXPIRY_MARGIN_MS, (request.minimumSeconds ?? 0) * 1000);
    if (serves(held, rejected, forMs, context.effects.now())) return toAccessToken(held);
    // Callers who saw the same version, and the same token refused, want the same thing: one that comes after it.
    const key = `${held.row.id}:${held.row.version}:${rejected === null ? '' : hash('sha256', rejected)}`;
    try {
      return toAccessToken(await fly(key, () => refresh(context, request, held, rejected)));
    } catch (error) {
      const stillGood = serves(held, rejected, EXPIRY_MARGIN_MS, context.effects.now());
      if (stillGood && isKeyferryError(error)) return toAccessToken(held);
      throw error;
    }
  };
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
  // A platform whose tokens are shorter than what is asked for must not be asked each time.
  const justRefreshed = row.refreshedAt !== null && now - row.refreshedAt < JUST_NOW_MS;
  const leastMs = justRefreshed ? EXPIRY_MARGIN_MS : forMs;
  return credential.accessToken !== rejected && isFresh(credential.expiresAt, now, leastMs);
}

async function load({ config, database, effects }: Context, request: TokenRequest): Promise<Held> {
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
  // The column is the expiry: a relative one in the wire object counted from when it was stored.
  return { row, credential: { ...readCredential(wire, effects.now()), expiresAt: row.expiresAt } };
}

/** Gets a newer credential than `seen`: one that another made, or the platform's. */
async function refresh(
  context: Context,
  request: TokenRequest,
  seen: Held,
  rejected: string | null,
): Promise<Held> {
  const { database } = context;
  const name = leaseName(seen.row.id);
  const deadline = performance.now() + WAIT_MS;
  for (let pause = 20; ; pause = Math.min(pause * 2, 250)) {
    const lease = await acquireLease(database, name, LEASE_MS);
    const current = await load(context, request).catch(async error => {
      if (lease) await releaseLease(database, lease);
      throw error;
    });
    const renewed =
      current.row.version > seen.row.version &&
      serves(current, rejected, EXPIRY_MARGIN_MS, context.effects.now());
    if (lease) {
      try {
        return renewed ? current : await refreshLeased(context, request, current, rejected);
      } finally {
        await releaseLease(database, lease);
      }
    }
    if (renewed) return current;
    if (performance.now() > deadline) {
      throw new KeyferryError('busy', 'Another process is refreshing this credential.', {
        retryAfterMs: 1_000,
      });
    }
    await context.effects.sleep(pause);
  }
}

async function refreshLeased(
  context: Context,
  request: TokenRequest,
  held: Held,
  rejected: string | null,
): Promise<Held> {
  const { row } = held;
  if (row.status === 'needs_reconnect') {
    throw new KeyferryError('needs_reconnect', 'The user must connect this app again on the platform.', {
      remedy: 'Send the user to the platform; its next push makes this credential work again.',
    });
  }
  let answer: Credential;
  try {
    const asked = { rejectedToken: rejected, minimumSeconds: request.minimumSeconds ?? 0 };
    answer = await askPlatform(context, { calcomUserId: row.userId, appSlug: row.appId }, asked);
  } catch (error) {
    if (isKeyferryError(error)) await note(context, row, error);
    throw error;
  }
  const same = answer.accessToken === held.credential.accessToken && answer.expiresAt === row.expiresAt;
  if (same && row.status === 'working') return held;
  const replaced = await replace(context, held, answer);
  // A push landed while we asked: it is newer than our answer.
  return replaced ?? load(context, request);
}

/** The answer stored over the row, or null when the row has changed meanwhile. */
async function replace(
  context: Context,
  { row, credential }: Held,
  answer: Credential,
): Promise<Held | null> {
  const { config, database, effects } = context;
  const wire = mergeRefreshed(credential.wire, answer);
  const sealedKey = seal(config.keyring, credentialText(wire), credentialIdentity(row));
  const { expiresAt } = answer;
  const { id, version } = row;
  const at = effects.now();
  const written = await replaceToken(database, { id, version, sealedKey, expiresAt, at });
  return written
    ? {
        row: { ...row, version: version + 1, refreshedAt: at },
        credential: { ...readCredential(wire, at), expiresAt },
      }
    : null;
}

async function note({ database, effects }: Context, row: CredentialRow, error: KeyferryError): Promise<void> {
  const status = error.code === 'needs_reconnect' ? 'needs_reconnect' : 'failing';
  effects.log.warn({ userId: row.userId, app: row.appId, code: error.code, err: error }, 'refresh failed');
  const { id, version } = row;
  await markFailed(database, { id, version, status, reason: error.code, at: effects.now() });
}

function toAccessToken({ credential }: Held): AccessToken {
  const { accessToken, tokenType, expiresAt, scope } = credential;
  return { accessToken, tokenType, expiresAt, scope };
}
