import { setImmediate } from 'node:timers/promises';
import type { Effects } from './effects.ts';

/** The least after which a refusal that must not tell its reason is answered, in milliseconds. */
export const REFUSED_AFTER_MS = 50;
const TICK_MS = 25;
/** A timer has whole milliseconds and comes late by some: the rest is waited for in turns of the event loop. */
const TIMER_MS = 2;

/**
 * Waits for a tick of the clock that only grows, 50 to 75 ms after a request was taken up. The tick is fixed before the
 * work is done, so that the time of an answer does not tell how long the work took; a pause of `50 - elapsed` is cut to
 * whole milliseconds by the timer, and told it.
 * @param began when the work began, by `performance.now()`
 */
export async function answerTick({ sleep }: Pick<Effects, 'sleep'>, began: number): Promise<void> {
  const least = Math.max(began + REFUSED_AFTER_MS, performance.now());
  const tick = Math.ceil(least / TICK_MS) * TICK_MS;
  await sleep(Math.max(0, tick - performance.now() - TIMER_MS));
  while (performance.now() < tick) await setImmediate();
}
