import { setImmediate as nextTurn } from 'node:timers/promises';
import { clockWatch, SET_BACK_MS } from '../../lib/clock-watch.ts';
import { acquireLease } from '../../lib/lease.ts';
import type { PlatformContext } from '../context.ts';
import { findLastEventAt, shiftDeliveries, shiftProbes, shiftRefreshes } from '../store/index.ts';

/** Processes on one machine see one clock set back, and one of them mends it: within that time, in milliseconds. */
const LEASE_MS = 60_000;
/** How long clocks that differ are let be, once what one has written is mended; in milliseconds. */
const REST_MS = 600_000;

/**
 * Watches for a clock that is set back, by an hour say: what is due by it would wait that much longer, and grants and
 * tokens end meanwhile. Everything is then due so much sooner: rather a refresh too early than one too late.
 * It is noticed by this process's other clock; at its start, and where a clock was ahead for a moment only, by events
 * that are later than now.
 * @param slugs the apps whose grants are refreshed
 * @returns a look, before what is due is looked for
 */
export function watchSetBack(
  context: Pick<PlatformContext, 'database' | 'effects'>,
  slugs: readonly string[],
): () => Promise<void> {
  const { database, effects } = context;
  const { db } = database;
  const look = clockWatch(effects);
  let isFirst = true;
  let seen = 0;
  let restUntil = Number.NEGATIVE_INFINITY;

  return async function lookBack() {
    const back = look();
    const last = await findLastEventAt(db);
    const now = effects.now();
    const ahead = last - now;
    const wasFirst = isFirst;
    isFirst = false;
    if (back > 0) return shift(back, 0);
    if (ahead <= 2 * SET_BACK_MS || last <= seen || effects.monotonic() < restUntil) return;
    seen = last;
    restUntil = effects.monotonic() + REST_MS;
    // While this process runs it notices by its own clock: here another's was ahead, or its own for a moment.
    await shift(ahead, wasFirst ? 0 : now);
  };

  async function shift(ms: number, writtenAfter: number): Promise<void> {
    if ((await acquireLease(database, 'platform:set-back', LEASE_MS, effects.monotonic)) === null) return;
    effects.log.warn({ ms }, 'the clock was set back: what is due is taken sooner by as much');
    const now = effects.now();
    await shiftProbes(db, { now, ms });
    if (writtenAfter === 0) await shiftDeliveries(db, { now, ms });
    for (const appSlug of slugs) {
      for (const refreshClass of [0, 1] as const) {
        let after: number | null = now;
        while (after !== null) {
          after = await shiftRefreshes(db, { appSlug, refreshClass, after, ms, writtenAfter });
          await nextTurn();
        }
      }
    }
  }
}
