const HOUR_MS = 3_600_000;

/**
 * Prunes at the start, which a process that is started often would else never do, and each hour; one round at a time.
 * @param prune a round; it ends soon once its signal is aborted, and never rejects
 * @returns what ends it, after the batch under way
 */
export function startPruning(prune: (ending: AbortSignal) => Promise<void>): () => Promise<void> {
  const ending = new AbortController();
  let round: Promise<void> | null = null;
  const begin = () => {
    round ??= prune(ending.signal).finally(() => {
      round = null;
    });
  };
  const timer = setInterval(begin, HOUR_MS);
  timer.unref();
  begin();
  return async function stop() {
    clearInterval(timer);
    ending.abort();
    await round;
  };
}
