export interface GroupCommit<Item, Result> {
  /** Resolves once the item's group is durable; rejects with what failed it. */
  add(item: Item): Promise<Result>;
  /** Waits for all that was added. */
  drain(): Promise<void>;
}

export interface GroupCommitOptions<Item, Result> {
  /** Writes a group in one commit and gives one result an item, in their order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Two items of one key never share a group: one statement cannot write a row twice. */
  readonly key: (item: Item) => string;
  readonly maxItems: number;
  /** Groups under way at once. */
  readonly parallel: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Group<Item, Result> {
  readonly items: readonly Waiting<Item, Result>[];
  readonly keys: ReadonlySet<string>;
  /** Null until it has begun. */
  written: Promise<void> | null;
}

/** After so many items in a row that came alone, the next one is not kept for the end of its turn. */
const ALONE = 8;

/**
 * Lets writes that come at the same time share a statement and a commit. Nothing waits for company: a
 * group is what has come in one turn, or while the one before it was being written; and where items come
 * alone, each is written at once. A group that fails is tried again item by item, so that one bad item does
 * not fail its neighbours.
 */
export function groupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const { write, key, maxItems, parallel } = options;
  let queue: Waiting<Item, Result>[] = [];
  let scheduled = false;
  let aloneInARow = 0;
  let wroteThisTurn = false;
  // Few, and each with a set of its own: a long-lived set in which all comes and goes has V8 keep what has gone
  // until the next full collection.
  let underWay: Group<Item, Result>[] = [];

  function schedule(): void {
    if (scheduled || queue.length === 0 || underWay.length >= parallel) return;
    if (aloneInARow >= ALONE && !wroteThisTurn) {
      wroteThisTurn = true;
      setImmediate(() => {
        wroteThisTurn = false;
      });
      flush();
      return;
    }
    // Company came in the turn of a lone write: from now on it is waited for again.
    if (wroteThisTurn) aloneInARow = 0;
    scheduled = true;
    // After the I/O callbacks of this turn: all requests that arrived together are in the queue by then.
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  }

  function flush(): void {
    const group = take();
    const { length } = group.items;
    if (length === 0) return;
    aloneInARow = length === 1 ? aloneInARow + 1 : 0;
    underWay.push(group);
    group.written = writeGroup(group.items).finally(() => {
      underWay = underWay.filter(other => other !== group);
      schedule();
    });
    schedule();
  }

  function take(): Group<Item, Result> {
    const items: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    const keys = new Set<string>();
    for (const waiting of queue) {
      const name = key(waiting.item);
      const isFree = !keys.has(name) && !underWay.some(group => group.keys.has(name));
      if (items.length < maxItems && isFree) {
        keys.add(name);
        items.push(waiting);
      } else rest.push(waiting);
    }
    queue = rest;
    return { items, keys, written: null };
  }

  async function writeGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await write(group.map(({ item }) => item));
      for (const [index, waiting] of group.entries()) waiting.resolve(results[index] as Result);
    } catch (error) {
      const [only] = group;
      if (group.length === 1 && only) return only.reject(error);
      for (const waiting of group) await writeGroup([waiting]);
    }
  }

  return {
    add: item =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        schedule();
      }),
    async drain() {
      while (queue.length > 0 || underWay.length > 0) {
        await Promise.allSettled(underWay.map(({ written }) => written));
        await new Promise(resolve => setImmediate(resolve));
      }
    },
  };
}
