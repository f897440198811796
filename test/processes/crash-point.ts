import type { Step } from '../../src/lib/effects.ts';

/** What a parent tells its process: the step at which it is to be killed, and how many times to pass it first. */
export interface CrashAt {
  readonly crashAt: Step;
  readonly passes?: number;
}

/** Ends this process, as kill -9 does, at the step that its parent names. */
export function crashPoint(): (name: Step) => void {
  let at: Step | null = null;
  let left = 0;
  process.on('message', ({ crashAt, passes = 0 }: CrashAt) => {
    [at, left] = [crashAt, passes];
    process.send?.({ armed: crashAt });
  });
  return name => {
    if (name === at && left-- === 0) process.kill(process.pid, 'SIGKILL');
  };
}
