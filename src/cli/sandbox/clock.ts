import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../report-error.ts';
import { writeWhole } from './secrets.ts';

/** A clock that can be set forward, so that the tour need not wait an hour for a real expiry. */
export interface SandboxClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How far it runs ahead of the real one, in milliseconds. */
  readonly aheadMs: () => number;
  advance(ms: number): void;
}

const stateSchema = z.object({ clockAheadMs: z.number().int().min(0) });

/**
 * The sandbox's clock. How far it runs ahead is kept in sandbox.json of the data folder: what was written
 * yesterday must not lie in the future today.
 * @param real epoch milliseconds
 */
export function openClock(data: string, real: () => number): SandboxClock {
  const file = join(data, 'sandbox.json');
  let aheadMs = readAhead(file);
  return {
    now: () => real() + aheadMs,
    aheadMs: () => aheadMs,
    advance(ms) {
      aheadMs += Math.max(0, Math.round(ms));
      writeWhole(file, `${JSON.stringify({ clockAheadMs: aheadMs })}\n`);
    },
  };
}

function readAhead(file: string): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text)).clockAheadMs;
  } catch (cause) {
    throw new Failure(
      `${file} cannot be read.`,
      'Remove it: the clock of the sandbox then runs as the real one.',
      cause,
    );
  }
}
