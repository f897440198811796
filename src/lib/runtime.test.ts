import { expect, test } from 'vitest';
import { runtimeProblem } from './runtime.ts';

test.each([
  [{ node: '22.18.0' }, null],
  [{ node: '24.21.0' }, null],
  [{ node: '22.17.1' }, /needs Node 22\.18/],
  [{ node: '20.20.2' }, /needs Node 22\.18/],
  [{ node: '24.3.0', bun: '1.3.0' }, /not run on Bun/],
  [{}, /needs Node/],
])('%o', (versions, problem) => {
  if (problem === null) expect(runtimeProblem(versions)).toBe(null);
  else expect(runtimeProblem(versions)).toMatch(problem);
});
