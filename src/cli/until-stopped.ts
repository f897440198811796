import { setTimeout as pause } from 'node:timers/promises';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// npm passes on the signal that the terminal has sent already.
const SAME_SIGNAL_MS = 1_000;

export interface Draining {
  /** How long all is served on after SIGTERM, in milliseconds. Ctrl-C waits for nobody. */
  readonly drainMs: number;
  /** Has whoever asks for readiness sent elsewhere. */
  readonly drain: () => void;
}

/**
 * Waits for SIGINT or SIGTERM, and after SIGTERM for the time in which callers are sent elsewhere. From the first
 * signal on a further one ends the process at once, with status 1: what is stored stays whole, what was under way is cut.
 */
export async function untilStopped(terminal: Terminal, { drainMs, drain }: Draining): Promise<void> {
  const signal = await new Promise<string>(resolve => {
    let first: { readonly signal: string; readonly at: number } | null = null;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        const now = performance.now();
        if (first && (first.signal !== signal || now - first.at > SAME_SIGNAL_MS)) process.exit(1);
        first ??= { signal, at: now };
        resolve(signal);
      });
    }
  });
  drain();
  terminal.err('Stopping: what is under way is finished. Once more to stop at once.');
  if (signal === 'SIGTERM') await pause(drainMs);
}
