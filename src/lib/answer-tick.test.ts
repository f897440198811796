import { expect, test } from 'vitest';
import { answerTick } from './answer-tick.ts';
import { createEffects } from './effects.ts';

const effects = createEffects();

/** Keeps the thread busy. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('an answer waits for a tick of 25 ms, 50 ms after its work began or later', async () => {
  for (const ms of [0, 0.3, 7.7, 20.1, 0.9]) {
    const began = performance.now();
    work(ms);
    await answerTick(effects, began);
    const ended = performance.now();
    expect(ended - began).toBeGreaterThanOrEqual(50);
    expect(Math.floor(ended / 25) * 25).toBeGreaterThanOrEqual(began + 50);
  }
});

test('however long the work takes within the 50 ms, it is answered at the same tick', async () => {
  const began = performance.now();
  const asked = [0, 3.4, 0.2].map(ms => {
    work(ms);
    let at = 0;
    const sleep = async (wait: number) => {
      at = performance.now() + wait;
    };
    void answerTick({ sleep }, began);
    return at;
  });
  // Each was asked to sleep until shortly before one and the same moment.
  expect(Math.max(...asked) - Math.min(...asked)).toBeLessThan(2);
});
