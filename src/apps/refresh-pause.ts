import type { OAuthDefinition } from './definition.ts';

type Limit = OAuthDefinition['refreshLimit'];

/** Between two refreshes of one grant that somebody forces by saying that its token is refused, in milliseconds. */
export const FORCED_PAUSE_MS = 10_000;

/** The pause between refreshes of one grant that keeps them within what its provider allows, in milliseconds. */
export function pauseOfLimit(limit: Limit): number {
  return typeof limit === 'object' && limit !== null ? Math.ceil(limit.perMs / limit.count) : 0;
}

/** When a grant was refreshed last, and when a refresh of it was forced last; null: never. Epoch milliseconds. */
export interface RefreshTimes {
  readonly refreshedAt: number | null;
  readonly forcedAt: number | null;
}

/**
 * How long a grant cannot be refreshed by somebody who says that its token is refused: at an API that refuses every
 * token, each call would be a refresh.
 * @param now epoch milliseconds
 * @returns milliseconds; 0 where it may be refreshed, and where the clock was put back meanwhile
 */
export function forcedRefreshWait(
  limit: Limit,
  { refreshedAt, forcedAt }: RefreshTimes,
  now: number,
): number {
  const left = (at: number | null, pauseMs: number) =>
    at === null || at > now ? 0 : Math.max(0, at + pauseMs - now);
  return Math.max(left(forcedAt, FORCED_PAUSE_MS), left(refreshedAt, pauseOfLimit(limit)));
}
