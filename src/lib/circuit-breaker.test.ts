import { describe, expect, test } from 'vitest';
import { heldClock } from '../../test/clock.ts';
import { type Attempt, circuitBreaker } from './circuit-breaker.ts';

const BACKOFF = { firstMs: 1_000, ceilingMs: 8_000 };

function ground({ threshold = 3, random = (): number => 1 } = {}) {
  const clock = heldClock();
  const breaker = circuitBreaker({ threshold, backoff: BACKOFF, now: clock.now, random });
  function begin(force?: boolean): Attempt {
    const attempt = breaker.attempt(force);
    if (attempt === null) expect.unreachable('the breaker is open');
    return attempt;
  }
  /** Begins a try and fails it, so often. @returns whether it was open after each */
  const fail = (times: number) =>
    Array.from({ length: times }, () => {
      begin().failed();
      return breaker.state().state === 'open';
    });
  return { clock, breaker, begin, fail };
}

describe('a circuit breaker', () => {
  test('opens after so many failures in a row', () => {
    const { breaker, fail, clock } = ground();
    expect(fail(3)).toEqual([false, false, true]);
    expect(breaker.state()).toEqual({
      state: 'open',
      failures: 3,
      since: clock.now(),
      nextTryAt: clock.now() + 1_000,
    });
    expect([breaker.waitMs(), breaker.attempt()]).toEqual([1_000, null]);
  });

  test('a success in between starts the count anew', () => {
    const { breaker, begin, fail } = ground();
    fail(2);
    begin().succeeded();
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 0, since: null });
    expect(fail(3)).toEqual([false, false, true]);
  });

  test('lets one through when the wait is over; the others are told to come back', () => {
    const { breaker, begin, fail, clock } = ground();
    fail(3);
    clock.advance(999);
    expect(breaker.attempt()).toBeNull();
    clock.advance(1);
    const probe = begin();
    expect(breaker.state().state).toBe('half_open');
    expect([breaker.attempt(), breaker.waitMs()]).toEqual([null, 1_000]);
    probe.succeeded();
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 0, since: null, nextTryAt: null });
    begin();
    begin();
  });

  test('waits longer after each probe that fails, up to the ceiling, and keeps when it began', () => {
    const { breaker, begin, fail, clock } = ground();
    fail(3);
    const { since } = breaker.state();
    const waits = [2_000, 4_000, 8_000, 8_000].map(() => {
      clock.advance(breaker.waitMs());
      begin().failed();
      return breaker.waitMs();
    });
    expect(waits).toEqual([2_000, 4_000, 8_000, 8_000]);
    expect(breaker.state()).toMatchObject({ failures: 7, since });
    clock.advance(8_000);
    begin().succeeded();
    expect(fail(3)).toEqual([false, false, true]);
    expect(breaker.waitMs()).toBe(1_000);
  });

  test('spreads its waits, so that many processes do not come back together', () => {
    const waits = [0, 0.5].map(dice => {
      const { breaker, fail } = ground({ random: () => dice });
      fail(3);
      return breaker.waitMs();
    });
    expect(waits).toEqual([500, 750]);
  });

  test('many that began before it opened and fail together make one wait', () => {
    const { breaker, begin } = ground();
    const herd = Array.from({ length: 50 }, () => begin());
    for (const attempt of herd) attempt.failed();
    expect(breaker.waitMs()).toBe(1_000);
    expect(breaker.state().failures).toBe(3);
  });

  test('one that began before it opened and succeeds closes it', () => {
    const { breaker, begin, fail } = ground();
    const slow = begin();
    fail(3);
    slow.succeeded();
    expect(breaker.state().state).toBe('closed');
  });

  test('a probe that was dropped gives its right to the next', () => {
    const { breaker, begin, fail, clock } = ground();
    fail(3);
    clock.advance(1_000);
    begin().dropped();
    expect(breaker.state()).toMatchObject({ state: 'open', failures: 3 });
    begin().failed();
    expect(breaker.waitMs()).toBe(2_000);
  });

  test('one subject that always fails does not open it; different ones do', () => {
    const { breaker, begin } = ground();
    for (let n = 0; n < 20; n += 1) begin().failed('one');
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 1 });
    begin().failed('two');
    expect(breaker.state().state).toBe('closed');
    begin().failed('three');
    expect(breaker.state().state).toBe('open');
  });

  test('a probe of a subject that failed before makes no longer wait', () => {
    const { breaker, begin, clock } = ground();
    for (const subject of ['one', 'two', 'three']) begin().failed(subject);
    for (const [subject, wait] of [
      ['one', 1_000],
      ['three', 1_000],
      ['four', 2_000],
      ['one', 2_000],
    ] as const) {
      clock.advance(breaker.waitMs());
      begin().failed(subject);
      expect(breaker.waitMs()).toBe(wait);
    }
    clock.advance(2_000);
    begin().succeeded();
    for (const subject of ['one', 'two']) begin().failed(subject);
    expect(breaker.state().state).toBe('closed');
    begin().failed('three');
    expect(breaker.state().state).toBe('open');
  });

  test('only the first outcome of a try counts', () => {
    const { breaker, begin } = ground({ threshold: 2 });
    const one = begin();
    one.failed();
    one.failed();
    one.succeeded();
    one.dropped();
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 1 });
  });

  test('a person passes over the wait, and counts as the probe', () => {
    const { breaker, begin, fail } = ground();
    fail(3);
    const asked = begin(true);
    expect(breaker.state().state).toBe('half_open');
    asked.failed();
    expect(breaker.waitMs()).toBe(2_000);
    begin(true).succeeded();
    expect(breaker.state().state).toBe('closed');
  });

  test('a person beside a probe is no second probe', () => {
    const { breaker, begin, fail, clock } = ground();
    fail(3);
    clock.advance(1_000);
    const probe = begin();
    begin(true).failed();
    expect(breaker.state().state).toBe('half_open');
    probe.failed();
    expect(breaker.waitMs()).toBe(2_000);
  });

  test('a clock that is set back does not keep it open', () => {
    const { breaker, begin, fail, clock } = ground();
    fail(3);
    clock.advance(-3_600_000);
    expect(breaker.waitMs()).toBe(0);
    begin().succeeded();
    expect(breaker.state().state).toBe('closed');
  });
});
