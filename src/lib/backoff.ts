/** Milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly ceilingMs: number;
}

/**
 * The wait before the next try: doubling from the first, up to the ceiling, with jitter over its upper half
 * so that many that failed together do not come back together. What the other side asked for is the least.
 * @param attempts failures so far, from 1
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(
  { firstMs, ceilingMs }: Backoff,
  attempts: number,
  random: number,
  retryAfterMs: number | null = null,
): number {
  const whole = Math.min(ceilingMs, firstMs * 2 ** Math.min(attempts - 1, 40));
  return Math.max(Math.round(whole / 2 + (whole / 2) * random), retryAfterMs ?? 0);
}

/**
 * Retry-After in either form (RFC 9110 section 10.2.3), as milliseconds from now, at most a day.
 * @param now epoch milliseconds
 */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 86_400_000) : null;
}
