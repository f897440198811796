import { setTimeout as wait } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import { databaseFault } from './fault.ts';

/** Tries of one thing, the first included, and the waits between them: together less than a second. */
const TRIES = 5;
const WAITS = { firstMs: 20, ceilingMs: 500 };

/** The server has taken nothing of it: it was starting, stopping, or had no connection left. */
const NOT_BEGUN = ['57P03', '53300', 'ECONNREFUSED', 'ENOENT'];
/** The server has rolled it back, whatever it was. */
const ROLLED_BACK = ['40001', '40P01'];
/** The server said that it ends the connection: nothing is committed on it any more. */
const ENDING = ['57P01', '57P02', '57P05', '25P03'];

/**
 * How far something had come when it failed. `open`: no commit was asked for. `alone`: a statement without a
 * transaction, which commits by itself. `done`: the server had done it, and the commit may have begun.
 */
export type Stage = 'open' | 'alone' | 'done';

/**
 * What is known of something that failed. `undone`: nothing of it is stored. `unknown`: perhaps it is. `final`: a
 * repeat would fail alike, or take as long again.
 */
export type Outcome = 'undone' | 'unknown' | 'final';

/** Judges what a driver threw. */
export function outcomeOf(error: unknown, stage: Stage): Outcome {
  const code = (error as { code?: unknown } | null)?.code;
  const coded = (list: readonly string[]) => typeof code === 'string' && list.includes(code);
  if (coded(NOT_BEGUN) || coded(ROLLED_BACK)) return 'undone';
  if (databaseFault(error) !== 'unreachable' && !coded(ENDING)) return 'final';
  if (stage === 'open') return 'undone';
  return stage === 'alone' && coded(ENDING) ? 'undone' : 'unknown';
}

/**
 * Runs something of the database, and again where that may help and does no harm: the one place for it. Between two
 * tries is a wait that grows, so that a server that comes back is not run over.
 * @param again whether a repeat does no harm, by what was thrown
 * @throws what the last try threw
 */
export async function repeating<Value>(
  run: () => Promise<Value>,
  again: (error: unknown) => boolean,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === TRIES || !again(error)) throw error;
      await wait(backoffMs(WAITS, tries, Math.random()));
    }
  }
}
