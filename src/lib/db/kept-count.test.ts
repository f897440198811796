import { expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { COUNTED_EACH_TIME, KEPT_MS, keptCount, OLDEST_MS } from './kept-count.ts';

/** A count of `rows`, which takes so long and may be held up. */
function ground(tookMs = 1) {
  const clock = heldClock();
  const state: { rows: number; counts: number; fails: boolean; held: Promise<void> } = {
    ...{ rows: 0, counts: 0, fails: false },
    held: Promise.resolve(),
  };
  async function count(): Promise<number> {
    state.counts += 1;
    const { rows, fails, held } = state;
    await held;
    clock.advance(tookMs);
    if (fails) throw new Error('no database');
    return rows;
  }
  const read = keptCount(count, rows => rows, { now: clock.now, monotonic: clock.now });
  return { clock, state, read };
}

const MANY = COUNTED_EACH_TIME + 1;

test('few rows are counted for each who asks: a page after a write shows the write', async () => {
  const { state, read } = ground();
  for (const rows of [0, 1, 7, COUNTED_EACH_TIME]) {
    state.rows = rows;
    expect(await read()).toEqual({ value: rows, asOf: null });
  }
});

test('who comes while the first count is under way does not get what was counted before', async () => {
  const { state, read } = ground();
  let goOn = () => {};
  state.held = new Promise(resolve => {
    goOn = resolve;
  });
  const first = read();
  state.rows = 5;
  const second = read();
  goOn();
  expect((await first).value).toBe(5);
  expect((await second).value).toBe(5);
});

test('a count of many is kept, and says of when it is', async () => {
  const { clock, state, read } = ground();
  state.rows = MANY;
  const at = clock.now();
  expect(await read()).toEqual({ value: MANY, asOf: at });
  state.rows = MANY + 5;
  clock.advance(KEPT_MS - 2);
  expect(await read()).toEqual({ value: MANY, asOf: at });
  expect(state.counts).toBe(1);
});

test('a kept count that is no longer fresh is given at once, and counted anew once behind', async () => {
  const { clock, state, read } = ground();
  state.rows = MANY;
  await read();
  state.rows = MANY + 5;
  clock.advance(KEPT_MS);
  const given = await Promise.all([read(), read(), read()]);
  expect(given.map(({ value }) => value)).toEqual([MANY, MANY, MANY]);
  expect(state.counts).toBe(2);
  expect((await read()).value).toBe(MANY + 5);
});

test('a count that takes long is counted seldom', async () => {
  const { clock, state, read } = ground(4_000);
  state.rows = MANY;
  await read();
  clock.advance(75_000);
  await read();
  expect(state.counts).toBe(1);
  clock.advance(5_000);
  await read();
  expect(state.counts).toBe(2);
});

test('one that is too old is waited for', async () => {
  const { clock, state, read } = ground();
  state.rows = MANY;
  await read();
  state.rows = MANY + 5;
  clock.advance(OLDEST_MS + 1);
  expect((await read()).value).toBe(MANY + 5);
});

test('what fails is told to who waits for it, and behind it is tried again by the next', async () => {
  const { clock, state, read } = ground();
  state.fails = true;
  await expect(read()).rejects.toThrow('no database');
  state.fails = false;
  state.rows = MANY;
  await read();
  state.fails = true;
  clock.advance(KEPT_MS);
  expect((await read()).value).toBe(MANY);
  await new Promise(resolve => setImmediate(resolve));
  state.fails = false;
  state.rows = MANY + 5;
  await read();
  await new Promise(resolve => setImmediate(resolve));
  expect((await read()).value).toBe(MANY + 5);
});
