import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';

type Callback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** Looks a name up as `dns.lookup` does with `all`. */
export type LookUpAll = (hostname: string, options: LookupOptions, callback: Callback) => void;

/** How many names are looked up at once, and how many may wait for their turn. */
export interface TurnLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * Look-ups of names that users typed, a few at once. Each holds a thread of Node's pool of four for as long as the
 * name's own server likes, and files, passwords and the names of providers wait for the others. Beyond the queue a
 * name is answered with EAI_AGAIN.
 * @param look what looks up
 */
export function lookUpInTurn(
  { atOnce, waiting: most }: TurnLimits,
  look: LookUpAll = (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => callback(error, addresses)),
): LookUpAll {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  function next(): void {
    if (underWay >= atOnce) return;
    const first = waiting.shift();
    if (first === undefined) return;
    underWay += 1;
    first();
  }

  return function lookUp(hostname, options, callback) {
    if (underWay >= atOnce && waiting.length >= most) {
      const error = Object.assign(new Error('too many names are looked up'), { code: 'EAI_AGAIN' });
      callback(error, []);
      return;
    }
    waiting.push(() =>
      look(hostname, options, (error, addresses) => {
        underWay -= 1;
        next();
        callback(error, addresses);
      }),
    );
    next();
  };
}
