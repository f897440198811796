import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { startPruning } from './pruning.ts';

afterEach(() => void vi.useRealTimers());

test('a round at the start and one each hour, none beside another', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const rounds: (() => void)[] = [];
  const stop = startPruning(() => new Promise(resolve => rounds.push(resolve)));
  expect(rounds.length).toBe(1);
  vi.advanceTimersByTime(3_600_000);
  expect(rounds.length).toBe(1);
  rounds[0]?.();
  await nextTurn();
  vi.advanceTimersByTime(3_600_000);
  expect(rounds.length).toBe(2);
  rounds[1]?.();
  await stop();
  vi.advanceTimersByTime(7_200_000);
  expect(rounds.length).toBe(2);
});

test('the end waits for the round under way, which is told of it', async () => {
  const seen: string[] = [];
  const stop = startPruning(
    ending =>
      new Promise(resolve =>
        ending.addEventListener('abort', () => {
          seen.push('told');
          setImmediate(() => {
            seen.push('ended');
            resolve();
          });
        }),
      ),
  );
  await stop();
  expect(seen).toEqual(['told', 'ended']);
});
