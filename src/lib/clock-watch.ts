import type { Effects } from './effects.ts';

/** Set back by less than this, in milliseconds, a clock is only being corrected: what is due waits that much longer. */
export const SET_BACK_MS = 30_000;

/**
 * Watches whether the clock of this process is set back, against the one that nobody sets.
 * @returns a look: by how many milliseconds it was set back since the look before; 0 where it was not
 */
export function clockWatch({ now, monotonic }: Pick<Effects, 'now' | 'monotonic'>): () => number {
  let last = now() - monotonic();
  return function look() {
    const ahead = now() - monotonic();
    const back = last - ahead;
    last = ahead;
    return back >= SET_BACK_MS ? Math.round(back) : 0;
  };
}
