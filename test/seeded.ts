import { randomInt } from 'node:crypto';
import { onTestFailed } from 'vitest';

/** Dice that fall alike for one seed; a failure prints it, KEYFERRY_TEST_SEED repeats it. */
export function seeded(): () => number {
  const seed = Number(process.env.KEYFERRY_TEST_SEED ?? randomInt(2 ** 31));
  onTestFailed(() => console.error(`The dice fell with KEYFERRY_TEST_SEED=${seed}.`));
  let state = seed;
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
