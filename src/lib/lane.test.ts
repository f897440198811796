import { expect, test, vi } from 'vitest';
import { type HeldClock, heldClock } from '../../test/clock.ts';
import { createLane, type Ended, type Lane } from './lane.ts';

const FAULT: Ended = { retryAfterMs: null, all: false };
const REST = { firstMs: 1_000, ceilingMs: 60_000 };

interface Ground {
  readonly clock: HeldClock;
  readonly waiting: number[];
  /** How many each claim might take. */
  readonly claims: number[];
  closing: boolean;
  most: number;
  readonly handled: number[];
  /** How one ends. */
  end: (item: number) => Promise<Ended>;
  readonly lane: Lane;
}

/** A lane over numbers that wait in a list. */
function ground(width = 8) {
  const clock = heldClock();
  const waiting: number[] = [];
  const claims: number[] = [];
  const ground: Ground = {
    clock,
    waiting,
    claims,
    closing: false,
    most: 0,
    handled: [],
    end: async () => 'well',
    lane: createLane<number>(
      {
        width,
        rest: REST,
        async claim(free) {
          claims.push(free);
          return waiting.splice(0, free);
        },
        async handle(item): Promise<Ended> {
          atOnce += 1;
          ground.most = Math.max(ground.most, atOnce);
          const ended = await ground.end(item);
          atOnce -= 1;
          ground.handled.push(item);
          return ended;
        },
        isClosing: (): boolean => ground.closing,
      },
      { now: clock.now, random: () => 1 },
    ),
  };
  let atOnce = 0;
  return ground;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('all that waits is done, no more at once than the lane is wide', async () => {
  const it = ground();
  it.waiting.push(...upTo(100));
  it.end = () => new Promise(resolve => setImmediate(resolve, 'well'));
  expect(await it.lane.run()).toBe(100);
  expect(it.most).toBe(8);
  // Half a lane at a time: what is under way leaves few places free at first.
  expect(it.claims.length).toBeLessThan(30);
});

test('faults halve it, then it rests longer and longer; what works widens it again', async () => {
  const it = ground();
  it.waiting.push(...upTo(100));
  it.end = async () => FAULT;
  await it.lane.run();
  const tried = it.handled.length;
  expect(tried).toBeLessThanOrEqual(16);
  expect(await it.lane.run()).toBe(0);
  for (const restMs of [1_000, 2_000, 4_000]) {
    it.clock.advance(restMs - 1);
    expect(await it.lane.run()).toBe(0);
    it.clock.advance(1);
    expect(await it.lane.run()).toBe(1);
  }
  it.end = async () => 'well';
  it.clock.advance(8_000);
  await it.lane.run();
  expect(it.handled).toHaveLength(100);
  it.waiting.push(...upTo(100));
  it.most = 0;
  it.end = () => new Promise(resolve => setImmediate(resolve, 'well'));
  await it.lane.run();
  expect(it.most).toBe(8);
});

test('a rest is as long as it is asked for, a minute at most, and no clock that goes back makes it longer', async () => {
  const it = ground(1);
  it.waiting.push(...upTo(10));
  it.end = async () => ({ retryAfterMs: 86_400_000, all: true });
  expect(await it.lane.run()).toBe(1);
  it.clock.advance(59_999);
  expect(await it.lane.run()).toBe(0);
  it.clock.advance(1);
  expect(await it.lane.run()).toBe(1);
  it.clock.advance(-3_600_000);
  expect(await it.lane.run()).toBe(1);
});

test('what says nothing about the other side changes nothing', async () => {
  const it = ground();
  it.waiting.push(...upTo(50));
  it.end = async () => 'aside';
  expect(await it.lane.run()).toBe(50);
});

test('one that hangs holds up neither the others nor what comes later', async () => {
  const it = ground(4);
  const release = Promise.withResolvers<Ended>();
  it.end = item => (item === 0 ? release.promise : Promise.resolve('well'));
  it.waiting.push(...upTo(20));
  const all = it.lane.run();
  await vi.waitFor(() => expect(it.handled).toHaveLength(19));
  it.waiting.push(20, 21);
  const same = it.lane.run();
  await vi.waitFor(() => expect(it.handled).toHaveLength(21));
  release.resolve('well');
  expect(await all).toBe(22);
  expect(await same).toBe(22);
});

test('a call is never lost: what comes while the last one ends is done by that call', async () => {
  const it = ground();
  for (let round = 0; round < 200; round += 1) {
    const before = it.lane.run();
    for (let turn = 0; turn < round % 12; turn += 1) await null;
    it.waiting.push(round);
    await it.lane.run();
    expect(it.waiting).toEqual([]);
    await before;
  }
});

test('a claim that fails is told, what is under way goes on, and the next call begins anew', async () => {
  const clock = heldClock();
  const release = Promise.withResolvers<Ended>();
  let calls = 0;
  const claim = async () => {
    calls += 1;
    if (calls === 1) return [1];
    if (calls === 2) throw new Error('the database is away');
    return [];
  };
  const work = { width: 4, rest: REST, claim, handle: () => release.promise, isClosing: () => false };
  const lane = createLane<number>(work, { now: clock.now, random: () => 0 });
  const first = lane.run();
  void lane.run().catch(() => undefined);
  await expect(first).rejects.toThrow('away');
  let ended = false;
  const end = lane.ended().then(() => {
    ended = true;
  });
  await new Promise(resolve => setImmediate(resolve));
  expect(ended).toBe(false);
  release.resolve('well');
  await end;
  expect(await lane.run()).toBe(0);
});

test('nothing is claimed once it closes', async () => {
  const it = ground();
  it.waiting.push(1);
  it.closing = true;
  expect(await it.lane.run()).toBe(0);
  expect(it.claims).toEqual([]);
});
