import type { Effects } from './effects.ts';

/** What a request came with. */
export type SecretKind = 'secret' | 'API key';

/** Counts requests with a wrong secret or API key, tells of them, and makes who sends many wait. */
export interface WrongSecrets {
  /**
   * Notes one, and resolves when it may be answered. Who has the right one never comes here.
   * @param address whom it is counted for, or null where nobody knows
   */
  refused(kind: SecretKind, address: string | null): Promise<void>;
  /** Ends the pauses, and tells what has not been told yet. */
  close(): void;
}

/** One log line in this time, in milliseconds. */
const TOLD_EACH_MS = 60_000;
/** So many of one address are answered at once, each minute. */
const FREE = 10;
/** The others wait so long, in milliseconds. */
const PAUSE_MS = 1_000;
/** Addresses that are counted; the one that came longest ago makes room. */
const ADDRESSES = 1_000;
/** Requests that wait at the same time. Beyond them an answer is not put off: it would cost memory. */
const WAITING = 1_000;

interface Counted {
  count: number;
  /** When its minute began, by the clock that only grows. */
  since: number;
}

export function wrongSecrets({
  log,
  monotonic,
  sleep,
}: Pick<Effects, 'log' | 'monotonic' | 'sleep'>): WrongSecrets {
  const addresses = new Map<string, Counted>();
  const untold: Record<SecretKind, number> = { secret: 0, 'API key': 0 };
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let waiting = 0;

  function tell(): void {
    for (const kind of ['secret', 'API key'] as const) {
      const requests = untold[kind];
      untold[kind] = 0;
      if (requests === 0) continue;
      const words = requests === 1 ? '1 request' : `${requests} requests`;
      log.warn({ requests, kind, addresses: addresses.size }, `${words} with an invalid ${kind}`);
    }
  }

  /** The first is told at once, those of each minute after it together. */
  function note(kind: SecretKind): void {
    untold[kind] += 1;
    if (timer === null) tellEachMinute();
  }

  function tellEachMinute(): void {
    const any = untold.secret + untold['API key'] > 0;
    tell();
    timer = any ? setTimeout(tellEachMinute, TOLD_EACH_MS).unref() : null;
  }

  function isMany(address: string): boolean {
    const now = monotonic();
    const known = addresses.get(address);
    const counted =
      known !== undefined && now - known.since < TOLD_EACH_MS ? known : { count: 0, since: now };
    counted.count += 1;
    // The newest stands last.
    addresses.delete(address);
    addresses.set(address, counted);
    const [oldest] = addresses.keys();
    if (addresses.size > ADDRESSES && oldest !== undefined) addresses.delete(oldest);
    return counted.count > FREE;
  }

  return {
    async refused(kind, address) {
      note(kind);
      if (!isMany(address ?? 'unknown') || waiting >= WAITING) return;
      waiting += 1;
      try {
        await sleep(PAUSE_MS, closing.signal);
      } finally {
        waiting -= 1;
      }
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      closing.abort();
      tell();
    },
  };
}
