import { setTimeout as wait } from 'node:timers/promises';
import { createLog, type Log } from './log.ts';

/** Where a process may be killed without losing anything; in the order in which they come. */
export const STEPS = [
  'refresh.leased',
  'refresh.begun',
  'refresh.answered',
  'refresh.kept',
  'refresh.written',
  'refresh.committed',
  'refresh.released',
  'push.claimed',
  'push.answered',
  'push.done',
  'receive.read',
  'receive.stored',
] as const;
export type Step = (typeof STEPS)[number];

/** What touches the world besides the database and the network. Tests hold the clock and the dice. */
export interface Effects {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that only grow, whatever is done to the clock: for what is measured, such as a lease's rest. */
  monotonic(): number;
  /** Milliseconds; ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). For jitter alone: ids and tokens come from node:crypto. */
  random(): number;
  readonly log: Log;
  /** Told each step of what must survive a crash. Tests end the process there; else it is left out. */
  readonly step?: (name: Step) => void;
}

/** The real ones, each replaceable. */
export function createEffects(replaced: Partial<Effects> = {}): Effects {
  return {
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
    random: Math.random,
    log: replaced.log ?? createLog('info'),
    ...replaced,
  };
}
