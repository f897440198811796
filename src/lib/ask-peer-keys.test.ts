import { expect, test } from 'vitest';
import { askSometimes } from './ask-peer-keys.ts';

function setUp() {
  const state: { now: number; asked: number; fail: boolean } = { now: 1_000, asked: 0, fail: false };
  const ask = askSometimes(
    () => state.now,
    async () => {
      state.asked += 1;
      if (state.fail) throw new Error('no answer');
      return state.asked;
    },
  );
  return { state, ask };
}

test('an answer is taken as it is for 30 seconds', async () => {
  const { state, ask } = setUp();
  expect([await ask(), await ask()]).toEqual([1, 1]);
  state.now += 29_999;
  expect(await ask()).toBe(1);
  state.now += 1;
  expect(await ask()).toBe(2);
});

test('those who ask at once share an answer, an error too', async () => {
  const { state, ask } = setUp();
  state.fail = true;
  const both = await Promise.allSettled([ask(), ask()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(state.asked).toBe(1);
});

test('an error is not kept', async () => {
  const { state, ask } = setUp();
  state.fail = true;
  await expect(ask()).rejects.toThrow('no answer');
  state.fail = false;
  expect(await ask()).toBe(2);
});
