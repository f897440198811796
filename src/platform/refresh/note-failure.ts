import { type AppDefinition, isOAuthApp, pauseOfLimit } from '../../apps/index.ts';
import { backoffMs } from '../../lib/backoff.ts';
import type { ErrorCode, KeyferryError } from '../../protocol/index.ts';
import { NOTHING_PLANNED, planFailing } from '../lifetime/index.ts';
import { type ConnectionRow, deleteRefreshAttempt, insertEvent, markFailed } from '../store/index.ts';
import type { RefreshContext } from './fresh-credential.ts';

/** Milliseconds between refreshes of one connection that fail in a row. */
export const RETRY = { firstMs: 1_000, ceilingMs: 60_000 };
/** The same where somebody's administrator must act first. */
export const BLOCKED_RETRY = { firstMs: 60_000, ceilingMs: 3_600_000 };
const BLOCKED: readonly ErrorCode[] = ['provider_blocked', 'sealed_unreadable'];

/** For how long a provider may ask to be left alone once the token has ended, in milliseconds. */
export const LONGEST_OUT_MS = 3_600_000;

/** What failed. */
export interface Failure {
  readonly error: KeyferryError;
  /** A few words for the log, without a secret. */
  readonly reason: string;
  /** More for whoever looks into it, without a secret. */
  readonly note?: string | null;
  /** What the row says, where it is not the error's code. */
  readonly statusReason?: string;
  /** The latest time for the next try, in epoch milliseconds. */
  readonly retryBy?: number | null;
  /** When it is next worked on without anybody asking, where that is later than the next try that one may ask for. */
  readonly dueAt?: number;
  /** The attempt that is over with it: the provider has answered, or nothing was sent. */
  readonly over?: string | null;
  /** The incident is another's: no event of this connection tells of it. */
  readonly quiet?: boolean;
}

/**
 * Notes on the row that its refresh failed, and when the next one may be tried. One event an incident: it is
 * written when the state changes, not at every try, and not for another reason of the same state.
 */
export async function noteFailure(
  { database, effects, catalogue }: Pick<RefreshContext, 'database' | 'effects' | 'catalogue'>,
  row: ConnectionRow,
  {
    error,
    reason,
    note = null,
    statusReason = error.code,
    retryBy = null,
    dueAt = 0,
    over = null,
    quiet = false,
  }: Failure,
): Promise<void> {
  const { id, version, externalUserId, appSlug } = row;
  const at = effects.now();
  const status = error.code === 'needs_reconnect' ? 'needs_reconnect' : 'failing';
  const backoff = BLOCKED.includes(error.code) ? BLOCKED_RETRY : RETRY;
  const least = Math.max(error.retryAfterMs ?? 0, pauseAfter(catalogue.get(appSlug), error));
  const wait = backoffMs(backoff, row.failures + 1, effects.random(), least);
  // However long a provider asks to be left alone: a user without a token waits an hour at most.
  const latest = row.expiresAt === null ? retryBy : Math.max(row.expiresAt, at + LONGEST_OUT_MS);
  const by = Math.min(retryBy ?? Number.POSITIVE_INFINITY, latest ?? Number.POSITIVE_INFINITY);
  const retryAt = Math.max(at + backoff.firstMs, Math.min(at + wait, by));
  const refreshDueAt = Math.max(retryAt, dueAt);
  const plan = status === 'needs_reconnect' ? NOTHING_PLANNED : planFailing(row, { refreshDueAt, at });
  await database.db.transaction().execute(async trx => {
    if (over !== null) await deleteRefreshAttempt(trx, over);
    const noted = await markFailed(trx, { id, version, status, reason: statusReason, retryAt, plan }, at);
    if (!noted || quiet || row.status === status) return;
    const kind = `connection.${status}` as const;
    const event = { actor: 'platform', connectionId: id, externalUserId, appSlug } as const;
    await insertEvent(trx, { kind, ...event, detail: statusReason, note }, at);
  });
  if (row.status !== status || row.statusReason !== statusReason)
    effects.log.warn(
      { connectionId: id, app: appSlug, code: statusReason, reason, ...(note === null ? {} : { note }) },
      'refresh failed',
    );
}

/** Of a provider that counts refreshes, a failed one counts too, unless it never got there. Milliseconds. */
function pauseAfter(app: AppDefinition | undefined, { code }: KeyferryError): number {
  if (app === undefined || !isOAuthApp(app) || code === 'provider_unreachable') return 0;
  return pauseOfLimit(app.credential.oauth.refreshLimit);
}
