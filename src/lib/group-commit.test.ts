import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GROUP_LIMITS, type GroupCommit, type GroupLimits, groupCommit } from './group-commit.ts';

interface Item {
  readonly key: string;
  readonly value: number;
}

interface Write {
  readonly items: readonly Item[];
  readonly finish: () => void;
}

/**
 * Notes what must not happen. It is looked at from outside: a write that throws is tried again item by item,
 * so an assertion inside one would be swallowed.
 */
function watchKeys(faults: string[], items: readonly Item[], underWay: Set<string>): () => void {
  for (const { key } of items) {
    if (underWay.has(key)) faults.push(`${key} twice at once`);
    underWay.add(key);
  }
  return () => {
    for (const { key } of items) underWay.delete(key);
  };
}

/** A store that writes when it is told to, and keeps every write that was begun. */
function heldStore({ maxItems = 10, parallel = 1 } = {}) {
  const begun: Write[] = [];
  const underWay = new Set<string>();
  const faults: string[] = [];
  onTestFinished(() => expect(faults).toEqual([]));
  const group: GroupCommit<Item, number> = groupCommit({
    write: items => {
      const done = watchKeys(faults, items, underWay);
      const { promise, resolve } = Promise.withResolvers<void>();
      begun.push({ items, finish: resolve });
      return promise.finally(done).then(() => items.map(({ value }) => value));
    },
    key: ({ key }) => key,
    maxItems,
    parallel,
  });
  return { group, begun };
}

/** Lets everything run that can run without a write ending. */
async function settle(): Promise<void> {
  for (let passed = 0; passed < 5; passed += 1) await turn();
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function values(write: Write | undefined): number[] {
  return (write?.items ?? []).map(({ value }) => value);
}

test('a lone item is written at once: nothing waits for company', async () => {
  const { group, begun } = heldStore();
  const added = group.add({ key: 'a', value: 1 });
  await settle();
  expect(values(begun[0])).toEqual([1]);
  begun[0]?.finish();
  expect(await added).toBe(1);
});

test('an item is acknowledged only when its write has ended', async () => {
  const { group, begun } = heldStore();
  let acknowledged = false;
  const added = group.add({ key: 'a', value: 1 }).then(() => {
    acknowledged = true;
  });
  await settle();
  expect(acknowledged).toBe(false);
  begun[0]?.finish();
  await added;
  expect(acknowledged).toBe(true);
});

test('items that come while a group is being written share the next commit, in their order', async () => {
  const { group, begun } = heldStore();
  const all = [group.add({ key: 'a', value: 1 })];
  await settle();
  for (const value of [2, 3, 4]) all.push(group.add({ key: `k${value}`, value }));
  await settle();
  expect(begun).toHaveLength(1);
  begun[0]?.finish();
  await settle();
  expect(values(begun[1])).toEqual([2, 3, 4]);
  begun[1]?.finish();
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
});

test('items of one turn share a commit', async () => {
  const { group, begun } = heldStore();
  const all = [1, 2, 3].map(value => group.add({ key: `k${value}`, value }));
  await settle();
  expect(begun.map(values)).toEqual([[1, 2, 3]]);
  begun[0]?.finish();
  expect(await Promise.all(all)).toEqual([1, 2, 3]);
});

test('a group holds no more than its most; as many groups run at once as may', async () => {
  const { group, begun } = heldStore({ maxItems: 2, parallel: 2 });
  const all = [1, 2, 3, 4, 5].map(value => group.add({ key: `k${value}`, value }));
  await settle();
  expect(begun.map(values)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  begun[1]?.finish();
  await settle();
  expect(begun.map(values).at(2)).toEqual([5]);
  begun[0]?.finish();
  begun[2]?.finish();
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
});

test('a key waits for its own write, others pass it, and the newest that waits is written for all of them', async () => {
  const { group, begun } = heldStore({ parallel: 3 });
  const all = [group.add({ key: 'a', value: 1 }), group.add({ key: 'b', value: 4 })];
  await settle();
  all.push(group.add({ key: 'a', value: 2 }), group.add({ key: 'a', value: 3 }));
  await settle();
  expect(begun.map(values)).toEqual([[1, 4]]);
  begun[0]?.finish();
  await settle();
  expect(begun.map(values).at(1)).toEqual([3]);
  begun[1]?.finish();
  expect(await Promise.all(all)).toEqual([1, 4, 3, 3]);
  await settle();
  expect(begun).toHaveLength(2);
});

describe('a bad item', () => {
  const poisoned: GroupCommit<Item, number> = groupCommit({
    write: async items => {
      const bad = items.find(({ value }) => value < 0);
      if (bad) throw new Error(`bad ${bad.value}`);
      return items.map(({ value }) => value);
    },
    key: ({ key }) => key,
    maxItems: 10,
    parallel: 2,
  });

  test('fails alone', async () => {
    const all = [1, -2, 3, -4].map(value => poisoned.add({ key: `k${value}`, value }));
    expect(await Promise.allSettled(all)).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('bad -2') },
      { status: 'fulfilled', value: 3 },
      { status: 'rejected', reason: new Error('bad -4') },
    ]);
  });

  test('does not keep its key from later items', async () => {
    await expect(poisoned.add({ key: 'a', value: -1 })).rejects.toThrow('bad -1');
    expect(await poisoned.add({ key: 'a', value: 1 })).toBe(1);
  });
});

test('a write that throws before it promises fails its items too', async () => {
  const group = groupCommit<number, number>({
    write: () => {
      throw new Error('at once');
    },
    key: String,
    maxItems: 10,
    parallel: 1,
  });
  const all = await Promise.allSettled([group.add(1), group.add(2)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('drain waits for what waits and for what is under way', async () => {
  const { group, begun } = heldStore();
  const all = [group.add({ key: 'a', value: 1 })];
  await settle();
  all.push(group.add({ key: 'a', value: 2 }));
  let drained = false;
  const drain = group.drain().then(() => {
    drained = true;
  });
  await settle();
  expect(drained).toBe(false);
  begun[0]?.finish();
  await settle();
  expect(drained).toBe(false);
  begun[1]?.finish();
  await drain;
  expect(await Promise.all(all)).toEqual([1, 2]);
  await group.drain();
});

test('whatever comes in whatever turns: each is answered with itself or a newer one of its key, written in order', async () => {
  const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(2) }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), check),
  );

  async function check(list: readonly { key: string; turns: number }[], maxItems: number, parallel: number) {
    const written: Item[] = [];
    const faults: string[] = [];
    const underWay = new Set<string>();
    const group = groupCommit<Item, number>({
      async write(members) {
        const done = watchKeys(faults, members, underWay);
        if (members.length > maxItems) faults.push(`${members.length} in one group`);
        await turn();
        written.push(...members);
        done();
        return members.map(({ value }) => value);
      },
      key: ({ key }) => key,
      maxItems,
      parallel,
    });
    const all: Promise<number>[] = [];
    for (const [value, { key, turns }] of list.entries()) {
      all.push(group.add({ key, value }));
      for (let passed = 0; passed < turns; passed += 1) await turn();
    }
    const answers = await Promise.all(all);
    expect(faults).toEqual([]);
    for (const [value, { key }] of list.entries()) {
      const answer = answers[value] as number;
      expect(answer).toBeGreaterThanOrEqual(value);
      expect(list[answer]?.key).toBe(key);
      expect(written.filter(item => item.value === answer)).toHaveLength(1);
    }
    for (const key of ['a', 'b', 'c', 'd']) {
      const order = written.filter(item => item.key === key).map(({ value }) => value);
      if (order.length === 0) continue;
      expect(order).toEqual(order.toSorted((one, other) => one - other));
      expect(order.at(-1)).toBe(list.findLastIndex(item => item.key === key));
    }
  }
});

test('after many that came alone the next is written at once, until company comes', async () => {
  const { group, begun } = heldStore({ parallel: 2 });
  let added = 0;
  async function alone(): Promise<void> {
    added += 1;
    const done = group.add({ key: String(added), value: added });
    await settle();
    begun.at(-1)?.finish();
    await done;
  }
  for (let count = 0; count < 8; count += 1) await alone();
  const writes = begun.length;
  const all = ['a', 'b', 'c'].map((key, value) => group.add({ key, value }));
  expect(begun.slice(writes).map(values)).toEqual([[0]]);
  await settle();
  expect(begun.slice(writes).map(values)).toEqual([[0], [1, 2]]);
  for (const { finish } of begun) finish();
  await Promise.all(all);
  const last = group.add({ key: 'd', value: 9 });
  expect(begun.slice(writes + 2)).toEqual([]);
  await settle();
  begun.at(-1)?.finish();
  expect(await last).toBe(9);
});

test('who waited with a newer item is told what would be true of it, had it come after', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const group = groupCommit<string, string>({
    write: async items => {
      await promise;
      return items.map(item => `created ${item}`);
    },
    key: () => 'a',
    after: result => result.replace('created', 'updated'),
    maxItems: 10,
    parallel: 1,
  });
  const all = ['1', '2', '3'].map(item => group.add(item));
  resolve();
  expect(await Promise.all(all)).toEqual(['created 3', 'updated 3', 'updated 3']);
});

test('ten thousand items of one key take two writes, and no longer than as many of different keys', async () => {
  let writes = 0;
  const group = groupCommit<number, number>({
    write: async items => {
      writes += 1;
      await turn();
      return [...items];
    },
    key: () => 'hot',
    maxItems: 128,
    parallel: 2,
  });
  const answers = await Promise.all(Array.from({ length: 10_000 }, (_, value) => group.add(value)));
  expect(writes).toBeLessThanOrEqual(2);
  expect(answers.at(-1)).toBe(9_999);
});

describe('what waits is bounded', () => {
  const held = (limits: Partial<GroupLimits>) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun: number[] = [];
    const group = groupCommit<Item, number>({
      write: async items => {
        begun.push(items.length);
        await promise;
        return items.map(({ value }) => value);
      },
      key: ({ key }) => key,
      size: ({ value }) => value,
      maxItems: 100,
      parallel: 1,
      limits: { ...GROUP_LIMITS, ...limits },
    });
    return { group, begun, resolve };
  };

  test('by callers, those of one key too: one more is refused as busy, and there is room again afterwards', async () => {
    const { group, resolve } = held({ waiting: 3 });
    const first = group.add({ key: 'first', value: 0 });
    await settle();
    const waiting = [1, 2, 3].map(value => group.add({ key: value < 3 ? 'a' : 'b', value }));
    await expect(group.add({ key: 'a', value: 4 })).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs: 2_000,
    });
    resolve();
    expect(await Promise.all([first, ...waiting])).toEqual([0, 2, 2, 3]);
    expect(await group.add({ key: 'a', value: 5 })).toBe(5);
  });

  test('by bytes: what takes the place of another counts for what it adds', async () => {
    const { group, resolve } = held({ waitingBytes: 10 });
    const first = group.add({ key: 'first', value: 9 });
    await settle();
    const waiting = [group.add({ key: 'a', value: 6 }), group.add({ key: 'a', value: 7 })];
    await expect(group.add({ key: 'b', value: 4 })).rejects.toMatchObject({ code: 'busy' });
    waiting.push(group.add({ key: 'b', value: 3 }));
    resolve();
    expect(await Promise.all([first, ...waiting])).toEqual([9, 7, 7, 3]);
  });

  test('a group by bytes too, unless it is one item', async () => {
    const { group, begun, resolve } = held({ groupBytes: 10 });
    const all = [20, 6, 4, 1].map(value => group.add({ key: String(value), value }));
    resolve();
    expect(await Promise.all(all)).toEqual([20, 6, 4, 1]);
    expect(begun).toEqual([1, 2, 1]);
  });
});

describe('a write that does not end', () => {
  test('fails its callers in time, and holds up nobody behind it', async () => {
    let writes = 0;
    const group = groupCommit<number, number>({
      write: items => {
        writes += 1;
        return writes === 1 ? new Promise(() => {}) : Promise.resolve([...items]);
      },
      key: () => 'a',
      maxItems: 10,
      parallel: 1,
      limits: { ...GROUP_LIMITS, writeMs: 50 },
    });
    const lost = group.add(1);
    await settle();
    const next = group.add(2);
    await expect(lost).rejects.toMatchObject({ name: 'DatabaseTimeout' });
    expect(await next).toBe(2);
    expect(await group.add(3)).toBe(3);
    await group.drain();
  });

  test("is not tried again item by item where the fault is no item's", async () => {
    let writes = 0;
    const group = groupCommit<number, number>({
      write: async () => {
        writes += 1;
        throw new Error('gone');
      },
      key: String,
      isOfItem: () => false,
      maxItems: 10,
      parallel: 1,
    });
    const all = await Promise.allSettled([1, 2, 3].map(value => group.add(value)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(writes).toBe(1);
  });
});
