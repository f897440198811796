import { sql } from 'kysely';
import type { Store } from './open.ts';
import { REPEATABLE } from './pool.ts';
import { databaseNow } from './rows.ts';

/** How long the outcome of a probe holds, in milliseconds. */
export const PROBE_HOLDS_MS = { written: 5_000, failed: 1_000 };

/**
 * Learns whether the database can be written, by writing one small row: a full disk, a file or server that is read-only
 * and a lock that nobody gives back answer reads as ever. However often it is asked, it writes once in a few seconds.
 * @returns a function that rejects with what the driver throws
 */
export function writeProbe(
  { db, engine, sqlite }: Pick<Store, 'db' | 'engine' | 'sqlite'>,
  monotonic: () => number = () => performance.now(),
): () => Promise<void> {
  let last: { readonly outcome: Promise<void>; until: number } | null = null;
  const now = databaseNow(engine);
  const statement = sql`${REPEATABLE} insert into "write_probe" ("id", "at") values (1, ${now})
    on conflict ("id") do update set "at" = excluded."at"`;

  return async function probe() {
    sqlite?.watch.refuseLost();
    if (last === null || monotonic() >= last.until) {
      const outcome = statement.execute(db).then(() => undefined);
      // While it is under way, all wait for it.
      const probed = { outcome, until: Number.POSITIVE_INFINITY };
      last = probed;
      outcome.then(
        () => {
          probed.until = monotonic() + PROBE_HOLDS_MS.written;
        },
        () => {
          probed.until = monotonic() + PROBE_HOLDS_MS.failed;
        },
      );
    }
    return last.outcome;
  };
}
