import { expect, test, vi } from 'vitest';
import { runningDeadline } from './running-deadline.ts';

/** A deadline on a clock and timers that the test holds. */
function held(forMs: number) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
  let now = 0;
  const deadline = runningDeadline(forMs, () => now);
  return {
    deadline,
    run(ms: number) {
      for (let ran = 0; ran < ms; ran += 10) {
        now += 10;
        vi.advanceTimersByTime(10);
      }
    },
    pause(ms: number) {
      now += ms;
    },
    ended: () => deadline.signal.aborted,
  };
}

test('ends when its time has run', () => {
  const { run, ended } = held(30_000);
  run(29_900);
  expect(ended()).toBe(false);
  run(200);
  expect(ended()).toBe(true);
});

test('does not count time in which the process stood still', () => {
  const { run, pause, ended } = held(30_000);
  run(5_000);
  pause(3_600_000);
  run(24_500);
  expect(ended()).toBe(false);
  run(2_000);
  expect(ended()).toBe(true);
});

test('after a standstill at its very end it leaves time to read what came', () => {
  const { run, pause, ended } = held(300);
  run(100);
  pause(36_000);
  run(900);
  expect(ended()).toBe(false);
  run(500);
  expect(ended()).toBe(true);
});

test('ends although the process stands still again and again', () => {
  const { run, pause, ended } = held(10_000);
  for (let look = 0; look < 12; look += 1) {
    pause(5_000);
    run(1_100);
  }
  expect(ended()).toBe(true);
});

test('never ends once it is cleared', () => {
  const { deadline, run, ended } = held(1_000);
  run(500);
  deadline.clear();
  run(5_000);
  expect(ended()).toBe(false);
});
