import { ConfigError } from '../lib/config.ts';
import { isKeyferryError } from '../protocol/errors.ts';
import { UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';

/** A failure that a person can mend: what is wrong, and what to do. Exit status 1. */
export class Failure extends Error {
  override readonly name = 'Failure' as const;
  readonly remedy: string;
  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}

/** The exit status that tells a supervisor that another start does not help. */
const DAMAGED_STATUS = 3;

/** Says on stderr what went wrong. @returns the exit status */
export function reportError(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.err(error.message);
    return 2;
  }
  if (error instanceof ConfigError) {
    const count = error.problems.length;
    terminal.err(
      terminal.errStyle('bold', `The configuration has ${count === 1 ? 'a problem' : `${count} problems`}:`),
    );
    for (const { variable, problem, remedy } of error.problems) {
      terminal.err(`  ${terminal.errStyle('red', variable)} ${problem}`);
      terminal.err(`    ${remedy}`);
    }
    return 1;
  }
  if (error instanceof Failure) return mendable(error.message, error.remedy, terminal);
  if (isKeyferryError(error)) {
    mendable(error.message, error.remedy, terminal);
    return error.code === 'database_damaged' ? DAMAGED_STATUS : 1;
  }
  terminal.err(error instanceof Error ? (error.stack ?? error.message) : 'It failed without a reason.');
  return 1;
}

function mendable(message: string, remedy: string | null, terminal: Terminal): number {
  terminal.err(message);
  if (remedy !== null) terminal.err(remedy);
  return 1;
}
