/** Something to wait for that others ring; a ring before the wait is not lost. */
export interface Bell {
  ring(): void;
  /** Forgets earlier rings: call it before looking for what a ring announces. */
  arm(): void;
  /** Resolves at the first ring since it was armed. */
  rung(): Promise<void>;
  /** A signal that aborts then. */
  signal(): AbortSignal;
}

export function createBell(): Bell {
  let current = armed();
  return {
    ring: () => current.ring(),
    arm() {
      if (current.controller.signal.aborted) current = armed();
    },
    rung: () => current.promise,
    signal: () => current.controller.signal,
  };
}

function armed() {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const ring = () => {
    controller.abort();
    resolve();
  };
  return { controller, promise, ring };
}
