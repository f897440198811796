import {
  type Credential,
  type ErrorCode,
  KeyferryError,
  mergeRefreshed,
  readCredential,
  STATUS,
} from '../../protocol/index.ts';
import { oauthClient, redirectUri, refreshTokens, type TokenOutcome } from '../oauth/index.ts';
import { insertEvent, replaceCredential } from '../store/index.ts';
import {
  findOAuthApp,
  type Grant,
  loadGrant,
  openGrant,
  pushEverywhere,
  readAppKeys,
  sealCredential,
} from '../vault/index.ts';
import { needsReconnect, providerError } from './errors.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { noteFailure } from './note-failure.ts';
import type { Renewed } from './renew.ts';

/**
 * Refreshes a grant at its provider and commits the answer, with the pushes that follow from it, before
 * anyone sees it. The caller holds the lease.
 * @throws KeyferryError needs_reconnect, app_keys_missing, provider_...
 */
export async function refreshAtProvider(context: RefreshContext, grant: Grant): Promise<Renewed> {
  refuseTooSoon(context, grant);
  const outcome = await ask(context, grant);
  if (outcome.kind === 'tokens') return keep(context, grant, outcome.credential);
  // Another write may have landed while we asked, and a dead old token says nothing about a newer one.
  const current = await loadGrant(context, grant.row.id);
  if (current.row.version !== grant.row.version) return { grant: current, refreshed: false };
  const { kind } = outcome;
  const { appSlug } = grant.row;
  const error = kind === 'grant' ? needsReconnect(appSlug) : providerError(appSlug, { ...outcome, kind });
  await noteFailure(context, grant.row, { error, reason: outcome.reason });
  throw error;
}

/** A provider that failed is left alone for a time, however many ask. */
function refuseTooSoon({ effects }: RefreshContext, { row }: Grant): void {
  const wait = row.retryAt - effects.now();
  if (row.status !== 'failing' || wait <= 0) return;
  const code = Object.keys(STATUS).find(known => known === row.statusReason) as ErrorCode | undefined;
  throw new KeyferryError(code ?? 'provider_busy', 'The last refresh failed, and the next is not due yet.', {
    remedy: 'GET /api/keyferry/v1/connections shows why it failed.',
    retryAfterMs: wait,
  });
}

async function ask(context: RefreshContext, { row, credential }: Grant): Promise<TokenOutcome> {
  const app = findOAuthApp(context, row.appSlug);
  try {
    const client = oauthClient(app, await readAppKeys(context, app));
    const asked = { ...credential, redirectUri: redirectUri(context), now: context.effects.now };
    return await refreshTokens(context.outbound, client, asked);
  } catch (error) {
    if (error instanceof KeyferryError) await noteFailure(context, row, { error, reason: error.code });
    throw error;
  }
}

const WRITES = 3;

/** The provider may have ended the old refresh token: a write that fails is tried again before it is given up. */
async function keep(context: RefreshContext, grant: Grant, answer: Credential): Promise<Renewed> {
  for (let write = 1; ; write += 1) {
    try {
      return await commit(context, grant, answer);
    } catch (error) {
      if (write === WRITES) throw error;
      context.effects.log.warn({ err: error, connectionId: grant.row.id }, 'refreshed token not stored yet');
      await context.effects.sleep(200 * write);
    }
  }
}

async function commit(
  context: RefreshContext,
  { row, credential }: Grant,
  answer: Credential,
): Promise<Renewed> {
  const { database, effects, wake } = context;
  const { id, version, externalUserId, appSlug } = row;
  const at = effects.now();
  const merged = readCredential(mergeRefreshed(credential.wire, answer), at);
  const { expiresAt } = answer;
  const sealedCredential = sealCredential(context, id, { ...merged, expiresAt });
  const written = await database.db.transaction().execute(async trx => {
    const now = await replaceCredential(trx, { id, version, sealedCredential, expiresAt }, at);
    if (now === null) return null;
    await pushEverywhere(trx, now, at);
    const kind = row.status === 'failing' ? 'connection.recovered' : 'connection.refreshed';
    await insertEvent(trx, { kind, actor: 'platform', connectionId: id, externalUserId, appSlug }, at);
    return now;
  });
  // A reconnect or an import landed first: it is newer than our answer.
  if (written === null) return { grant: await loadGrant(context, id), refreshed: false };
  wake();
  return { grant: openGrant(context, written), refreshed: true };
}
