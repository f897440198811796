import type { RefreshContext } from '../refresh/index.ts';
import { refreshAhead } from './refresh-ahead.ts';

const EVERY_MS = 60_000;

export interface AheadLoop {
  /** Looks every minute, in this process. A second start does nothing. */
  start(): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Makes the loop of one process. Any number of them may share a database. */
export function aheadLoop(context: RefreshContext): AheadLoop {
  const closing = new AbortController();
  let loop: Promise<void> | null = null;

  async function repeat(): Promise<void> {
    while (!closing.signal.aborted) {
      await refreshAhead(context).catch(error =>
        context.effects.log.error({ err: error }, 'refreshing ahead failed'),
      );
      if (!closing.signal.aborted) await context.effects.sleep(EVERY_MS, closing.signal);
    }
  }

  return {
    start() {
      loop ??= repeat();
    },
    async close() {
      closing.abort();
      await loop;
    },
  };
}
