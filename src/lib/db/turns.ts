/** Takes turns at what only one may have at a time, in the order in which they were asked for. */
export interface Turns {
  /** Whether somebody has it. */
  readonly isTaken: boolean;
  /** @returns what gives it back; a second call does nothing */
  take(): Promise<() => void>;
}

export function createTurns(): Turns {
  let waiting: (() => void)[] = [];
  let isTaken = false;

  function givingBack(): () => void {
    let isDone = false;
    return () => {
      if (isDone) return;
      isDone = true;
      const next = waiting.shift();
      if (next) next();
      else {
        isTaken = false;
        // What once held many is kept as large by V8.
        waiting = [];
      }
    };
  }
  return {
    get isTaken() {
      return isTaken;
    },
    async take() {
      if (isTaken) await new Promise<void>(resolve => waiting.push(resolve));
      isTaken = true;
      return givingBack();
    },
  };
}
