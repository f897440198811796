import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('turns are given in the order in which they were asked for, one at a time', async () => {
  const turns = createTurns();
  const seen: number[] = [];
  const each = [1, 2, 3].map(async n => {
    const giveBack = await turns.take();
    seen.push(n);
    await new Promise(setImmediate);
    expect(seen.at(-1)).toBe(n);
    giveBack();
    giveBack();
  });
  expect(turns.isTaken).toBe(true);
  await Promise.all(each);
  expect([seen, turns.isTaken]).toEqual([[1, 2, 3], false]);
});
