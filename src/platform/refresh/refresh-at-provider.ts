import { databaseFault } from '../../lib/db/index.ts';
import type { Lease } from '../../lib/lease.ts';
import {
  type Credential,
  type ErrorCode,
  EXPIRY_MARGIN_MS,
  isKeyferryError,
  KeyferryError,
  STATUS,
} from '../../protocol/index.ts';
import { redirectUri, refreshTokens, revokeGrant, type TokenOutcome } from '../oauth/index.ts';
import { deleteRefreshAttempt, noteAttemptFault } from '../store/index.ts';
import { findOAuthApp, type Grant, loadGrant } from '../vault/index.ts';
import { type Attempt, beginAttempt, keepAnswerOf, renews } from './attempt.ts';
import { awaitHolder } from './await-holder.ts';
import { clientRefused, enterGate, type Gate } from './client-gate.ts';
import { clientAccepted, commitAnswer } from './commit-answer.ts';
import { answerMissing, needsReconnect, providerError } from './errors.ts';
import { claimForcedRefresh } from './forced.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { LeaseShort, within } from './lease.ts';
import { noteFailure } from './note-failure.ts';
import type { Renewed, Wanted } from './renew.ts';
import { type Settled, takeOver } from './take-over.ts';

/**
 * Refreshes a grant at its provider, and commits the answer, with the pushes that follow from it, before
 * anyone sees it. The caller holds the lease.
 * @throws KeyferryError needs_reconnect, app_keys_missing, provider_...; LeaseShort
 */
export async function refreshAtProvider(
  context: RefreshContext,
  found: Settled,
  { lease: taken, wanted }: { lease: Lease; wanted: Wanted },
): Promise<Renewed> {
  const { version } = found.grant.row;
  refuseTooSoon(context, found.grant);
  const mayEnd = await refuseInDoubt(context, found, wanted);
  const { settled, lease } = mayEnd
    ? await awaitHolder(context, found, taken)
    : { settled: found, lease: taken };
  if (settled.grant.row.version !== version) return { grant: settled.grant, refreshed: false };
  await claimForcedRefresh(context, settled.grant, wanted.rejected);
  const leave = context.unwritten.enter();
  try {
    return await refreshNow(context, settled, lease);
  } finally {
    leave();
  }
}

async function refreshNow(context: RefreshContext, settled: Settled, lease: Lease): Promise<Renewed> {
  const gate = await gateOf(context, settled.grant);
  let clear = async () => {};
  try {
    const attempt = await beginAttempt(context, settled.grant, lease.generation);
    const outcome = await ask(context, settled.grant, { gate, lease, attempt });
    if (gate.refusal !== null && isAnswerOfGrant(outcome)) clear = await clientAccepted(context, gate.slug);
    return outcome.kind === 'tokens'
      ? await keep(context, settled.grant, { gate, attempt: { ...attempt, tokens: outcome.credential } })
      : await fail(context, settled, { gate, attempt, outcome });
  } finally {
    await gate.leave();
    await clear();
  }
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

/**
 * The longest time between two looks at a connection in doubt, in milliseconds: the end of its token may be
 * years away or never come, and the doubt may end sooner, with its trace in the journal.
 */
export const DOUBT_PAUSE_MS = 86_400_000;

/**
 * The refresh token was sent and the answer is not known: it may be spent. A provider with a grace period
 * takes it again. With any other, a second use may end the grant, the access token that still serves with it;
 * so it is tried when that no longer serves, and there is nothing to lose. Until then nobody works on it unasked.
 * @returns whether the refresh may end the grant, where somebody still holds the answer to the one before
 */
async function refuseInDoubt(
  context: RefreshContext,
  { grant, doubtSince }: Settled,
  { holds }: Wanted,
): Promise<boolean> {
  if (doubtSince === null) return false;
  const { row } = grant;
  const { graceMs } = findOAuthApp(context, row.appSlug).credential.oauth.rotation;
  if (typeof graceMs === 'number' && context.effects.now() < doubtSince + graceMs) return false;
  if (!holds(grant)) return true;
  const error = answerMissing(row.appSlug);
  const retryBy = row.expiresAt === null ? null : row.expiresAt - EXPIRY_MARGIN_MS;
  const dueAt = Math.min(retryBy ?? Number.POSITIVE_INFINITY, context.effects.now() + DOUBT_PAUSE_MS);
  await noteFailure(context, row, { error, reason: 'an answer is missing', retryBy, dueAt });
  throw error;
}

async function gateOf(context: RefreshContext, { row }: Grant): Promise<Gate> {
  try {
    return await enterGate(context, row.appSlug);
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    const apps = error.code === 'provider_client_refused';
    // Said once: while the incident lasts, however many grants are turned away how often, nothing is written.
    if (!apps || row.status === 'connected') {
      await noteFailure(context, row, { error, reason: error.code, quiet: apps });
    }
    throw error;
  }
}

async function ask(
  context: RefreshContext,
  grant: Grant,
  { gate, lease, attempt }: { gate: Gate; lease: Lease; attempt: Attempt },
): Promise<TokenOutcome> {
  const { row, credential, issuedAt } = grant;
  try {
    return await refreshTokens(within(context, lease), gate.client, {
      ...credential,
      issuedAt,
      redirectUri: redirectUri(context),
      now: context.effects.now,
      keep: answer => keepAnswerOf(context, grant, attempt, answer),
    });
  } catch (error) {
    // Neither of the first two was sent.
    if (error instanceof LeaseShort) await deleteRefreshAttempt(context.database.db, attempt.id);
    else if (isKeyferryError(error)) {
      // The app has another address now than the one that gave the grant: it was not sent.
      const elsewhere = error.code === 'needs_reconnect' ? { statusReason: 'address_changed' } : {};
      await noteFailure(context, row, { error, reason: error.code, over: attempt.id, ...elsewhere });
    } else {
      // A fault of ours after it was sent: the provider is not asked again and again for it.
      const unforeseen = new KeyferryError('internal', 'A refresh failed here.', { cause: error });
      await noteFailure(context, row, { error: unforeseen, reason: 'failed here' });
    }
    throw error;
  }
}

/** Whether a provider looked at the grant, which it does once it has taken the client. */
function isAnswerOfGrant({ kind }: TokenOutcome): boolean {
  return kind === 'tokens' || kind === 'grant' || kind === 'policy';
}

const WRITES = 3;

/**
 * Commits what came. Where the database takes nothing, the answer serves from memory meanwhile, and is committed when
 * it can be; a commit that fails for another reason is left in the journal, for whoever comes next.
 */
async function keep(
  context: RefreshContext,
  grant: Grant,
  kept: { gate: Gate; attempt: Attempt & { readonly tokens: Credential } },
): Promise<Renewed> {
  const { effects, unwritten } = context;
  const letGo: (() => void)[] = [];
  try {
    for (let write = 1; ; write += 1) {
      try {
        return await commit(context, grant, kept);
      } catch (error) {
        const waits = databaseFault(error) !== null && !unwritten.abandoned.aborted;
        if (isKeyferryError(error) || (write >= WRITES && !waits)) throw error;
        if (write <= WRITES)
          effects.log.warn({ err: error, connectionId: grant.row.id }, 'refreshed token not stored yet');
        if (waits && letGo.length === 0) letGo.push(unwritten.hold(grant.row.id, kept.attempt));
        await effects.sleep(Math.min(1_000, 200 * write), unwritten.abandoned);
      }
    }
  } finally {
    for (const go of letGo) go();
  }
}

async function commit(
  context: RefreshContext,
  grant: Grant,
  { gate, attempt }: { gate: Gate; attempt: Attempt & { readonly tokens: Credential } },
): Promise<Renewed> {
  const { id } = grant.row;
  try {
    const committed = await commitAnswer(context, grant, attempt);
    if (committed !== null) return { grant: committed, refreshed: true };
    // A reconnect, an import or another process came first; the answer may be of use to it.
    return { grant: (await takeOver(context, id)).grant, refreshed: false };
  } catch (error) {
    // Disconnected meanwhile: what the provider gives after that is ended too.
    if (isKeyferryError(error) && error.code === 'connection_not_found')
      await endGrant(context, gate, { ...attempt.tokens, issuedAt: grant.issuedAt });
    throw error;
  }
}

async function endGrant(
  { outbound, effects }: RefreshContext,
  { client, slug }: Gate,
  tokens: Credential & Pick<Grant, 'issuedAt'>,
) {
  const revocation = await revokeGrant(outbound, client, tokens, effects.now);
  effects.log.info({ app: slug, ...revocation }, 'refreshed a connection that is gone');
}

async function fail(
  context: RefreshContext,
  { grant, doubtSince }: Settled,
  failed: { gate: Gate; attempt: Attempt; outcome: Exclude<TokenOutcome, { kind: 'tokens' }> },
): Promise<Renewed> {
  const { gate, attempt, outcome } = failed;
  const { row } = grant;
  const { kind, reason, retryAfterMs, maybeDone = false } = outcome;
  const { rotates } = gate.client.app.credential.oauth.rotation;
  // One trace is enough to know that the refresh token may be spent.
  const leavesDoubt = maybeDone && rotates !== false && doubtSince === null;
  const over = leavesDoubt ? null : attempt.id;
  if (leavesDoubt) await noteAttemptFault(context.database.db, { id: attempt.id, fault: reason });
  // Another write may have landed while we asked, and a dead old token says nothing about a newer one.
  const current = await loadGrant(context, row.id);
  if (current.row.version !== row.version) {
    if (over !== null) await deleteRefreshAttempt(context.database.db, over);
    return { grant: current, refreshed: false };
  }
  if (kind === 'grant') return replaceDead(context, current, { attempt, reason });
  const error = providerError(row.appSlug, { ...outcome, kind });
  const refused = { before: row.statusReason, reason, retryAfterMs };
  const quiet = kind === 'client' && (await clientRefused(context, gate, refused));
  await noteFailure(context, row, { error, reason, over, quiet });
  throw error;
}

/**
 * The provider calls the refresh token dead. An answer that lost the compare to it may hold one that lives;
 * else the user must connect again, and where an answer was lost on its way, the row says so.
 */
async function replaceDead(
  context: RefreshContext,
  { row }: Grant,
  { attempt, reason }: { attempt: Attempt; reason: string },
): Promise<Renewed> {
  await deleteRefreshAttempt(context.database.db, attempt.id);
  const { grant, doubts, spare } = await takeOver(context, row.id);
  if (grant.row.version !== row.version) return { grant, refreshed: false };
  const [kept] = spare;
  if (kept !== undefined && renews(kept)) {
    const adopted = await commitAnswer(context, grant, kept);
    return { grant: adopted ?? (await loadGrant(context, row.id)), refreshed: false };
  }
  const error = needsReconnect(row.appSlug);
  const [lost] = doubts;
  const told = lost
    ? { statusReason: 'answer_lost', note: whyLost(lost, context.effects.now(), reason) }
    : {};
  await noteFailure(context, row, { error, reason, ...told });
  throw error;
}

/** Why nothing could save a grant whose answer is missing, for whoever looks into it. @param at epoch milliseconds */
function whyLost({ beganAt, sentBy, fault }: Attempt, at: number, reason: string): string {
  const sent = `the refresh sent at ${new Date(beganAt).toISOString()} by ${sentBy ?? 'an earlier version'}`;
  const why = fault ?? 'nobody said why';
  return `${sent} has no answer (${why}); tried again at ${new Date(at).toISOString()}: ${reason}`;
}
