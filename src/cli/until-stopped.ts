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
    let first: { readonly signal: string; readonly at: number } | null = null;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        const now = performance.now();
        if (first && (first.signal !== signal || now - first.at > SAME_SIGNAL_MS)) process.exit(1);
        first ??= { signal, at: now };
        resolve();
      });
    }
  });
  terminal.err('Stopping: what is under way is finished. Once more to stop at once.');
}
