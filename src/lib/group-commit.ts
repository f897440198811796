import { KeyferryError } from '../protocol/index.ts';
import { DatabaseTimeout } from './db/index.ts';
import { deadline } from './deadline.ts';

export interface GroupCommit<Item, Result> {
  /**
   * Resolves once the item's group, or one with a newer item of its key, is durable.
   * @throws what failed the group; KeyferryError busy where too much waits already
   */
  add(item: Item): Promise<Result>;
  /** Waits for all that was added. */
  drain(): Promise<void>;
}

export interface GroupCommitOptions<Item, Result> {
  /** Writes a group in one commit and gives one result an item, in their order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Two items of one key never share a group: one statement cannot write a row twice. The newest is what counts. */
  readonly key: (item: Item) => string;
  readonly maxItems: number;
  /** Groups under way at once. */
  readonly parallel: number;
  /** What an item weighs, in bytes; nothing when left out. */
  readonly size?: (item: Item) => number;
  /** The result of an item that was written after others of its key had waited with it; the same when left out. */
  readonly after?: (result: Result) => Result;
  /** Whether what failed a group may be the fault of one item of it; it may always be when left out. */
  readonly isOfItem?: (error: unknown) => boolean;
  readonly limits?: GroupLimits;
}

export interface GroupLimits {
  /** Callers that wait at most; one more is refused. */
  readonly waiting: number;
  /** What waits at most, in bytes. */
  readonly waitingBytes: number;
  /** What a group of several items weighs at most, in bytes. */
  readonly groupBytes: number;
  /** How long a write may take, in milliseconds. Then its callers are told, and its place is free. */
  readonly writeMs: number;
}

export const GROUP_LIMITS: GroupLimits = {
  waiting: 20_000,
  waitingBytes: 64 * 1024 * 1024,
  groupBytes: 4 * 1024 * 1024,
  writeMs: 20_000,
};

/** How long who is refused should wait, in milliseconds. */
const REFUSED_FOR_MS = 2_000;

interface Caller<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The newest item of a key, and all who wait for it or for one that it has replaced. */
interface Waiting<Item, Result> {
  item: Item;
  bytes: number;
  readonly callers: Caller<Result>[];
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
 * alone, each is written at once. An item that comes while another of its key waits takes its place: who brought
 * the older one is answered with the newer, as if it had been written just before. A group that fails is tried again
 * item by item, so that one bad item does not fail its neighbours. What waits is bounded, and so is each write.
 */
export function groupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const { write, key, maxItems, parallel, limits = GROUP_LIMITS } = options;
  const { size = () => 0, after = (result: Result) => result, isOfItem = () => true } = options;
  let queue = new Map<string, Waiting<Item, Result>>();
  /** In the queue. */
  let callers = 0;
  let bytes = 0;
  let scheduled = false;
  let aloneInARow = 0;
  let wroteThisTurn = false;
  // Few, and each with a set of its own: a long-lived set in which all comes and goes has V8 keep what has gone
  // until the next full collection.
  let underWay: Group<Item, Result>[] = [];

  function schedule(): void {
    if (scheduled || queue.size === 0 || underWay.length >= parallel) return;
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
    const keys = new Set<string>();
    let taken = 0;
    for (const [name, waiting] of queue) {
      if (items.length >= maxItems || (items.length > 0 && taken + waiting.bytes > limits.groupBytes)) break;
      if (underWay.some(group => group.keys.has(name))) continue;
      keys.add(name);
      items.push(waiting);
      taken += waiting.bytes;
      callers -= waiting.callers.length;
    }
    bytes -= taken;
    // A long-lived map in which all comes and goes has V8 keep what has gone, as a set has.
    if (items.length === queue.size) queue = new Map();
    else for (const name of keys) queue.delete(name);
    return { items, keys, written: null };
  }

  async function writeGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await inTime(group.map(({ item }) => item));
      for (const [index, { callers: told }] of group.entries()) {
        const result = results[index] as Result;
        for (const [before, { resolve }] of told.entries()) resolve(before === 0 ? result : after(result));
      }
    } catch (error) {
      if (group.length === 1 || !isOfItem(error)) {
        for (const { callers: told } of group) for (const { reject } of told) reject(error);
        return;
      }
      for (const waiting of group) await writeGroup([waiting]);
    }
  }

  /** A write that never ends would hold its place for good, and all that waits behind it. */
  async function inTime(items: readonly Item[]): Promise<readonly Result[]> {
    const late = Promise.withResolvers<never>();
    const callOff = deadline(limits.writeMs, () =>
      late.reject(new DatabaseTimeout(`A write took longer than ${limits.writeMs / 1_000} s.`)),
    );
    try {
      return await Promise.race([write(items), late.promise]);
    } finally {
      callOff();
    }
  }

  function put(item: Item, caller: Caller<Result>): void {
    const name = key(item);
    const weight = size(item);
    const known = queue.get(name);
    const grows = weight - (known?.bytes ?? 0);
    if (callers >= limits.waiting || (bytes > 0 && bytes + grows > limits.waitingBytes)) {
      caller.reject(tooMuch());
      return;
    }
    callers += 1;
    bytes += grows;
    if (known === undefined) {
      queue.set(name, { item, bytes: weight, callers: [caller] });
      return;
    }
    known.item = item;
    known.bytes = weight;
    known.callers.push(caller);
  }

  return {
    add: item =>
      new Promise((resolve, reject) => {
        put(item, { resolve, reject });
        schedule();
      }),
    async drain() {
      while (queue.size > 0 || underWay.length > 0) {
        await Promise.allSettled(underWay.map(({ written }) => written));
        await new Promise(resolve => setImmediate(resolve));
      }
    },
  };
}

function tooMuch(): KeyferryError {
  return new KeyferryError('busy', 'Too much waits to be written.', {
    remedy: 'Repeat after Retry-After. Where it stays so, look at the database: it writes too slowly.',
    retryAfterMs: REFUSED_FOR_MS,
  });
}
