import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchLoop } from './loop-delay.ts';

/** Works for so many milliseconds of this thread's processor time, without a turn for anybody. */
function work(ms: number): void {
  const began = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(began);
    if (user + system >= ms * 1_000) return;
  }
}

test('work in one turn is seen whole, whether the turn is the first, one amid others or the last', async () => {
  const first = await watchLoop(() => work(120));
  const amid = await watchLoop(async () => {
    await nextTurn();
    work(120);
    await nextTurn();
  });
  const last = await watchLoop(async () => {
    await nextTurn();
    work(120);
  });
  for (const { heldMs, stoodMs } of [first, amid, last]) {
    expect(heldMs).toBeGreaterThanOrEqual(119);
    expect(stoodMs).toBeGreaterThanOrEqual(119);
  }
});

test('as much work with turns between holds nobody up', async () => {
  const { result, heldMs } = await watchLoop(async () => {
    for (let piece = 0; piece < 30; piece++) {
      work(5);
      await nextTurn();
    }
    return 'done';
  });
  expect(result).toBe('done');
  expect(heldMs).toBeLessThan(50);
});

test('a sleep in the middle of a turn stands still without work', async () => {
  const { heldMs, stoodMs } = await watchLoop(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120);
  });
  expect(stoodMs).toBeGreaterThanOrEqual(119);
  expect(heldMs).toBeLessThan(50);
});

test('what is thrown comes through, and what was done before the watch is not counted', async () => {
  work(120);
  await expect(
    watchLoop(() => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  work(120);
  expect((await watchLoop(() => nextTurn())).heldMs).toBeLessThan(50);
});
