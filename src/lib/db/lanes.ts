import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { KeyferryError } from '../../protocol/index.ts';
import { Lane, type LaneFailure, TICK_MS } from './lane.ts';
import { echo } from './lane-echo.ts';
import type { Known, TypeReader } from './lane-query.ts';
import { MOST_UNDER_WAY } from './limits.ts';
import type { Statements } from './open.ts';
import { outcomeOf, repeating } from './repeat.ts';

/** PostgreSQL connections for single small statements, outside of transactions. */
export interface Lanes extends Statements {
  /** Ends them, once what is under way is answered. */
  close(): Promise<void>;
}

export interface LanesOptions {
  /** Makes a client that pipelines. */
  readonly create: () => Client;
  /** Reads what comes back. */
  readonly reader: TypeReader;
  /** What may be asked twice without harm, though it may have been done: reads. Of writes what was surely not done. */
  readonly repeats: 'all' | 'undone';
}

/** Two, so that a statement under way does not keep the server's next core idle. */
const LANES = 2;

const NUMBERS = 2 ** 31;

/**
 * Opens connections on which a statement is sent while others are on their way: none waits for a free connection,
 * and what comes together travels in one packet. They are answered in their order, so that reads and writes need
 * lanes of their own: a write waits for the disk. They connect at the first statement; one that is silent, lost, or
 * answers something else than it was asked is replaced.
 */
export function openLanes({ create, reader, repeats }: LanesOptions): Lanes {
  const lanes = new Set<Lane>();
  const statements = new Map<string, Known>();
  let underWay = 0;
  // Two processes behind one pooler do not count alike.
  let number = randomInt(NUMBERS);
  let now = 0;
  let watch: NodeJS.Timeout | null = null;
  let closed = false;

  function open(): Lane {
    const lane = new Lane(create(), reader, now, gone);
    lanes.add(lane);
    // Counted in ticks and not by a clock: while the process was paused, no tick came, and no answer was read.
    watch ??= setInterval(() => {
      now += 1;
      for (const each of lanes) each.look(now);
    }, TICK_MS).unref();
    return lane;
  }

  function gone(lane: Lane): void {
    lane.retired = true;
    lanes.delete(lane);
    if (lanes.size > 0 || watch === null) return;
    clearInterval(watch);
    watch = null;
  }

  function leastBusy(): Lane {
    let least: Lane | undefined;
    let taking = 0;
    for (const lane of lanes) {
      if (lane.retired) continue;
      taking += 1;
      if (least === undefined || lane.underWay < least.underWay) least = lane;
    }
    return least === undefined || (least.underWay > 0 && taking < LANES) ? open() : least;
  }

  /** Each statement is prepared once a connection. There are few: their values vary, their texts do not. */
  function known(text: string, parameters: number): Known {
    const found = statements.get(text);
    if (found !== undefined) return found;
    const echoed = echo(text, parameters);
    const made = { name: `kf${statements.size}`, text: echoed?.text ?? text, echoed, columns: null };
    statements.set(text, made);
    return made;
  }

  /** Without a promise of its own for each step: most statements come here, and few fail. */
  function ask(lane: Lane, text: string, values: readonly unknown[], failed: Fails): Promise<unknown[]> {
    number = (number + 1) % NUMBERS;
    lane.underWay += 1;
    underWay += 1;
    return new Promise((resolve, reject) => {
      lane.send(known(text, values.length), values, {
        number,
        now,
        settle(failure, rows) {
          lane.underWay -= 1;
          underWay -= 1;
          if (failure === null) resolve(rows);
          else failed(failure, resolve, reject);
        },
      });
    });
  }

  async function askOnce(text: string, values: readonly unknown[]): Promise<unknown[]> {
    if (closed) throw new Error('Client was closed and is not queryable');
    const lane = leastBusy();
    if (!lane.isConnected) await connection(lane);
    return ask(lane, text, values, (failure, _, reject) => reject(new Failed(failure)));
  }

  /** Waits for it, among those that are under way on it. */
  async function connection(lane: Lane): Promise<void> {
    lane.underWay += 1;
    underWay += 1;
    try {
      await lane.connected;
    } catch (error) {
      throw new Failed({ error, stage: 'open' });
    } finally {
      lane.underWay -= 1;
      underWay -= 1;
    }
  }

  function again(failed: unknown): boolean {
    if (!(failed instanceof Failed)) return false;
    const { error, stage } = failed.failure;
    const outcome = outcomeOf(error, stage);
    return outcome === 'undone' || (outcome === 'unknown' && repeats === 'all');
  }

  /** @param first what has failed already; null: nothing was tried */
  async function askAgain(
    text: string,
    values: readonly unknown[],
    first: LaneFailure | null,
  ): Promise<unknown[]> {
    let before = first;
    try {
      return await repeating(async () => {
        if (before === null) return askOnce(text, values);
        const failure = before;
        before = null;
        throw new Failed(failure);
      }, again);
    } catch (error) {
      throw error instanceof Failed ? error.failure.error : error;
    }
  }

  return {
    run<Row>(text: string, values: readonly unknown[]) {
      if (underWay >= MOST_UNDER_WAY) return Promise.reject(tooMany());
      const lane = closed ? null : leastBusy();
      const rows = lane?.isConnected
        ? ask(lane, text, values, (failure, resolve) => resolve(askAgain(text, values, failure)))
        : askAgain(text, values, null);
      return rows as Promise<Row[]>;
    },
    async close() {
      closed = true;
      await Promise.all([...lanes].map(lane => lane.close()));
    },
  };
}

/** What was thrown, with how far its statement had come. */
class Failed extends Error {
  readonly failure: LaneFailure;
  constructor(failure: LaneFailure) {
    super('failed');
    this.failure = failure;
  }
}

type Fails = (
  failure: LaneFailure,
  resolve: (rows: Promise<unknown[]>) => void,
  reject: (error: unknown) => void,
) => void;

function tooMany(): KeyferryError {
  return new KeyferryError('busy', 'Too many statements wait for the database.', {
    remedy: 'Repeat after Retry-After. Where it stays so, look at the load of the database.',
    retryAfterMs: 2_000,
  });
}
