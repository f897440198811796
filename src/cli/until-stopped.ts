import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// npm passes on the signal that the terminal has sent already.
const SAME_SIGNAL_MS = 1_000;

/**
 * Waits for SIGINT or SIGTERM. From then on a further one ends the process at once, with status 1: what is
 * stored stays whole, what was under way is cut.
 */
export async function untilStopped(terminal: Terminal): Promise<void> {
  await new Promise<void>(resolve => {
    let since: number | null = null;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (since !== null && performance.now() - since > SAME_SIGNAL_MS) process.exit(1);
        since ??= performance.now();
        resolve();
      });
    }
  });
  terminal.err('Stopping: what is under way is finished. Once more to stop at once.');
}
