import { appendFileSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What a cell of the matrix is about: which neighbour, and how it misbehaves. */
export type Neighbour =
  | 'provider'
  | 'platform'
  | 'instance'
  | 'host'
  | 'database'
  | 'disk'
  | 'clock'
  | 'process';
export type Fault =
  | 'silent'
  | 'slow'
  | 'resets'
  | 'half answer'
  | 'odd answer'
  | 'full'
  | 'paused'
  | 'back in time';

export interface HangCell {
  readonly neighbour: Neighbour;
  readonly fault: Fault;
  readonly engine: 'sqlite' | 'postgres';
  /** Tells cells of one neighbour and fault apart: "a hung instance beside a live host", "for 60 s". */
  readonly detail?: string;
  /** One sentence, for the operator: what is promised while it lasts and after it. */
  readonly promised: string;
  /** False where the engine is not there. */
  readonly available?: boolean;
  /** Of the test, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What was seen. Times are told, and not asserted: the machine may be busy. */
export interface HangOutcome {
  /** The longest that a caller waited for an answer of ours while the fault lasted, in milliseconds. */
  readonly longestWaitMs: number;
  /** From the end of the fault until all worked again, in milliseconds; null: nothing ever stopped. */
  readonly recoveryMs: number | null;
  /** Acknowledged pushes, grants and deliveries that were gone or older afterwards. */
  readonly lost: number;
  /** Refresh tokens that a provider saw again after they were spent. */
  readonly reused: number;
}

const FOLDER = new URL('../../test-output/hangs/', import.meta.url);

/** Whether the faults last as long as they may in the field (minutes), and are repeated; else they are short. */
export const long = process.env.KEYFERRY_TEST_LONG === '1';

/**
 * A test of one cell: it brings the fault about and says what was seen. Whatever is lost or reused fails it; `run`
 * asserts what else is promised. What was seen goes to test-output/hangs, from where print.ts makes the table.
 */
export function hangCell(cell: HangCell, run: () => Promise<HangOutcome>): void {
  const { neighbour, fault, engine, detail, timeoutMs = 60_000 } = cell;
  const title = `${neighbour} ${fault}${detail === undefined ? '' : `, ${detail}`} on ${engine}`;
  test.skipIf(cell.available === false)(
    title,
    async () => {
      const outcome = await run();
      mkdirSync(FOLDER, { recursive: true });
      const line = JSON.stringify({ ...cell, ...outcome, long });
      appendFileSync(new URL(`${process.pid}.jsonl`, FOLDER), `${line}\n`);
      expect({ lost: outcome.lost, reused: outcome.reused }).toEqual({ lost: 0, reused: 0 });
    },
    timeoutMs,
  );
}
