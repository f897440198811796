/** A timer that fires so much later than it should was kept by a paused process, or a busy one. Milliseconds. */
const LATE_MS = 500;
/** Then what came meanwhile is read first, for so long. */
const GRACE_MS = 1_000;

/**
 * Calls `over` once the time is up, unless the process was paused meanwhile: then what has come for it lies in its
 * sockets, and is read before anything is given up.
 * @returns what calls it off
 */
export function deadline(ms: number, over: () => void): () => void {
  let dueAt = performance.now() + ms;
  let timer = setTimeout(fire, ms);

  function fire(): void {
    const late = performance.now() - dueAt > LATE_MS;
    if (!late) {
      over();
      return;
    }
    dueAt = performance.now() + GRACE_MS;
    timer = setTimeout(fire, GRACE_MS);
  }
  return () => clearTimeout(timer);
}
