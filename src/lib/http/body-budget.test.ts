import { expect, test } from 'vitest';
import { bodyBudget } from './body-budget.ts';

test('long bodies are under way up to a number of bytes, short ones beside them', () => {
  const budget = bodyBudget(100_000);
  expect([budget.take(60_000), budget.take(60_000), budget.take(40_000), budget.take(8_192)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  for (let bodies = 0; bodies < 100; bodies += 1) expect(budget.take(8_191)).toBe(true);
  budget.give(8_191);
  budget.give(60_000);
  expect([budget.take(60_000), budget.take(60_000)]).toEqual([true, false]);
});

test('one that is longer than the budget is let through alone', () => {
  const budget = bodyBudget(10_000);
  expect([budget.take(20_000), budget.take(9_000)]).toEqual([true, false]);
  budget.give(20_000);
  expect(budget.take(9_000)).toBe(true);
});
