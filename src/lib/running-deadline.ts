/** How often a deadline looks whether the process ran, in milliseconds. */
const LOOK_MS = 1_000;
/** A look that is later than this means that the loop stood still, in milliseconds. */
const LATE_MS = 500;
/** What is left at least after a standstill, so that what came meanwhile is read, in milliseconds. */
const GRACE_MS = 1_000;

export interface RunningDeadline {
  readonly signal: AbortSignal;
  /** Takes the timer away; the signal stays as it is. */
  clear(): void;
}

/**
 * A deadline that counts only time in which this process ran. One that was paused (SIGSTOP, a frozen cgroup, a
 * moved virtual machine, a blocked loop) runs its late timers before it reads its sockets: an answer that lay
 * there all the time would be thrown away. The last timers let the loop read before they give up.
 * @param forMs of running, in milliseconds
 * @param monotonic milliseconds
 */
export function runningDeadline(
  forMs: number,
  monotonic: () => number = () => performance.now(),
): RunningDeadline {
  const controller = new AbortController();
  let left = forMs;
  let graced = false;
  let began = monotonic();
  let planned = Math.min(left, LOOK_MS);
  let timer = setTimeout(look, planned);
  timer.unref();
  let cleared = false;

  function look(): void {
    const elapsed = monotonic() - began;
    const late = elapsed > planned + LATE_MS;
    left -= late ? planned : elapsed;
    if (late && !graced) {
      graced = true;
      left = Math.max(left, GRACE_MS);
    }
    if (left <= 0) return void setImmediate(() => setImmediate(end));
    began = monotonic();
    planned = Math.min(left, LOOK_MS);
    timer = setTimeout(look, planned);
    timer.unref();
  }

  function end(): void {
    if (!cleared) controller.abort(new DOMException('The deadline has passed.', 'TimeoutError'));
  }

  return {
    signal: controller.signal,
    clear() {
      cleared = true;
      clearTimeout(timer);
    },
  };
}
