import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { openClock } from './clock.ts';

test('what the clock was set ahead by outlives a restart, and it never goes back', () => {
  const data = temporaryFolder();
  const real = heldClock();
  const clock = openClock(data, real.now);
  expect(clock.now()).toBe(real.now());
  clock.advance(90_000);
  clock.advance(-500);
  expect(clock.now()).toBe(real.now() + 90_000);
  real.advance(1_000);
  const next = openClock(data, real.now);
  expect(next.aheadMs()).toBe(90_000);
  expect(next.now()).toBe(real.now() + 90_000);
});

test('a file that cannot be read is named', () => {
  const data = temporaryFolder();
  writeFileSync(join(data, 'sandbox.json'), '{"clockAheadMs":"x"}');
  expect(() => openClock(data, Date.now)).toThrow('sandbox.json cannot be read');
});
