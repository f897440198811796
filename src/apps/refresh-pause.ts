import type { OAuthDefinition } from './definition.ts';

type Limit = OAuthDefinition['refreshLimit'];

/** Between two refreshes of one grant that somebody forces by saying that its token is refused, in milliseconds. */
const FORCED_PAUSE_MS = 10_000;

/** The pause between refreshes of one grant that keeps them within what its provider allows, in milliseconds. */
export function pauseOfLimit(limit: Limit): number {
  return typeof limit === 'object' && limit !== null ? Math.ceil(limit.perMs / limit.count) : 0;
}

/**
 * How long a grant that was refreshed cannot be refreshed again by somebody who says that its token is refused: at
 * an API that refuses every token, each call would be a refresh.
 * @param refreshedAt when it was refreshed last; null: never. Epoch milliseconds, as `now`
 * @returns milliseconds; 0 where it may be refreshed, and where the clock was put back meanwhile
 */
export function forcedRefreshWait(limit: Limit, refreshedAt: number | null, now: number): number {
  if (refreshedAt === null || refreshedAt > now) return 0;
  return Math.max(0, refreshedAt + Math.max(FORCED_PAUSE_MS, pauseOfLimit(limit)) - now);
}
