import type { OAuthApp } from '../../apps/index.ts';
import type { Credential } from '../../protocol/index.ts';
import { grantEnds, type KnownEnds } from './grant-ends.ts';
import { refreshDueAt } from './refresh-due.ts';

/** Why a grant will end: a code. */
export type EndingReason = 'grant_lifetime' | 'provider_stated' | 'idle_lifetime' | 'no_refresh_token';

/** An end that is foreseen. */
export interface ForeseenEnd {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly reason: EndingReason;
}

/** What is foreseen for a connection, written with whatever changes it. Times are epoch milliseconds. */
export interface Plan extends KnownEnds {
  /** When it is refreshed without anybody asking; null: never. */
  readonly refreshDueAt: number | null;
  readonly ending: ForeseenEnd | null;
  /** When the ending is to be told, where it has not been. */
  readonly noticeAt: number | null;
}

/** Nothing to refresh, and no end in sight: what a user entered, and a grant that is dead. */
export const NOTHING_PLANNED: Plan = {
  refreshDueAt: null,
  grantExpiresAt: null,
  idleEndsAt: null,
  ending: null,
  noticeAt: null,
};

export interface NewTokens {
  /** The connection's id. */
  readonly id: string;
  /** What is stored, with the refresh token that it keeps. */
  readonly credential: Pick<Credential, 'refreshToken' | 'expiresAt'>;
  /** What came: the provider's own words, and whether it gave a refresh token. */
  readonly answer: Pick<Credential, 'refreshToken' | 'wire'>;
  /** What was known of the same grant before; null: the grant is new. */
  readonly before: KnownEnds | null;
}

/**
 * The plan of a grant that has just got tokens.
 * @param at epoch milliseconds
 */
export function planTokens({ credential: { oauth } }: OAuthApp, tokens: NewTokens, at: number): Plan {
  const { id, credential, answer, before } = tokens;
  const { expiresAt } = credential;
  if (!oauth.refreshable || credential.refreshToken === null) {
    // At its end it is looked at once more, and found to be over.
    return foresee({
      ...NOTHING_PLANNED,
      refreshDueAt: expiresAt,
      ending: endAt(expiresAt, 'no_refresh_token'),
      at,
    });
  }
  const ends = grantEnds(oauth, { answer, before, at });
  const reason = typeof oauth.grantLifetimeMs === 'number' ? 'grant_lifetime' : 'provider_stated';
  return foresee({
    ...ends,
    refreshDueAt: refreshDueAt(id, {
      at,
      expiresAt,
      idleEndsAt: ends.idleEndsAt,
      limit: oauth.refreshLimit,
      first: before === null,
    }),
    ending: endAt(ends.grantExpiresAt, reason),
    at,
  });
}

/**
 * The plan of a grant whose refresh failed for a while: without one it ends when its idle life does.
 * @param failure.refreshDueAt when it is tried again without anybody asking, in epoch milliseconds
 * @param failure.at epoch milliseconds
 */
export function planFailing(
  known: KnownEnds & { readonly endingReason: string | null },
  failure: { readonly refreshDueAt: number; readonly at: number },
): Plan {
  const { grantExpiresAt, idleEndsAt, endingReason } = known;
  const { refreshDueAt: due, at } = failure;
  const fixed = endingReason === 'grant_lifetime' ? endingReason : 'provider_stated';
  const ends = [endAt(idleEndsAt, 'idle_lifetime'), endAt(grantExpiresAt, fixed)].filter(end => end !== null);
  const [ending = null] = ends.sort((one, other) => one.at - other.at);
  return foresee({ grantExpiresAt, idleEndsAt, refreshDueAt: due, ending, at });
}

const DAY_MS = 86_400_000;
/** How long before an end it is told first, and last, in milliseconds. */
export const FIRST_NOTICE_MS = 7 * DAY_MS;
export const LAST_NOTICE_MS = DAY_MS;

/** When an end is told first: a week before it, at once where a week is not left. Epoch milliseconds, all. */
export function firstNoticeAt(endsAt: number, at: number): number {
  return Math.max(endsAt - FIRST_NOTICE_MS, at);
}

function foresee({ at, ...plan }: Omit<Plan, 'noticeAt'> & { at: number }): Plan {
  return { ...plan, noticeAt: plan.ending === null ? null : firstNoticeAt(plan.ending.at, at) };
}

function endAt(at: number | null, reason: EndingReason): ForeseenEnd | null {
  return at === null ? null : { at, reason };
}
