import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { deadline } from './deadline.ts';

test('it calls once the time is up, and not when it was called off', async () => {
  const over = vi.fn();
  const calledOff = vi.fn();
  deadline(5, over);
  deadline(5, calledOff)();
  await vi.waitFor(() => expect(over).toHaveBeenCalledTimes(1));
  expect(calledOff).not.toHaveBeenCalled();
});

test('after a pause of the process, what has come meanwhile is first', async () => {
  const over = vi.fn();
  const callOff = deadline(5, over);
  execFileSync('sleep', ['0.7']);
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(over).not.toHaveBeenCalled();
  callOff();
});
