import { setTimeout as wait } from 'node:timers/promises';
import { createLog, type Log } from './log.ts';

/** What touches the world besides the database and the network. Tests hold the clock and the dice. */
export interface Effects {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds; ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). For jitter alone: ids and tokens come from node:crypto. */
  random(): number;
  readonly log: Log;
}

/** The real ones, each replaceable. */
export function createEffects(replaced: Partial<Effects> = {}): Effects {
  return {
    now: Date.now,
    sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
    random: Math.random,
    log: replaced.log ?? createLog('info'),
    ...replaced,
  };
}
