import { sql } from 'kysely';
import type { Store } from './db/index.ts';

const DAY_MS = 86_400_000;
/** How long events of trouble and of what people did are kept: 90 days, in milliseconds. */
export const EVENTS_KEPT_MS = 90 * DAY_MS;
/** How long routine is kept, nearly all of them: 7 days, in milliseconds. */
export const ROUTINE_KEPT_MS = 7 * DAY_MS;

/** So many events are looked at, and deleted, by one statement at most. */
export const EVENTS_AT_ONCE = 500;

export interface Events {
  readonly table: 'event' | 'platform_event';
  /** The kinds that are routine. */
  readonly routine: ReadonlySet<string>;
}

interface Round {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Lets others have the database between two batches. */
  readonly pause: () => Promise<void>;
  readonly ending: AbortSignal;
}

/** Up to which id a store has no routine left that is past its time, by its connection: what is kept is passed once. */
const passed = new WeakMap<object, number>();

/**
 * Deletes events past their time, in the order of their ids, which is that of their times: none pays for an index.
 * What processes with other clocks wrote goes an hour later.
 */
export async function pruneEvents(store: Pick<Store, 'db'>, events: Events, round: Round): Promise<void> {
  const { now, pause, ending } = round;
  await walk(store, events, { ...round, before: now - EVENTS_KEPT_MS, after: 0, isPast: () => true });
  if (!ending.aborted) await pause();
  const after = await walk(store, events, {
    ...round,
    before: now - ROUTINE_KEPT_MS,
    after: passed.get(store.db) ?? 0,
    isPast: kind => events.routine.has(kind),
  });
  passed.set(store.db, after);
}

interface Event {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
}

interface Walk extends Round {
  readonly before: number;
  readonly after: number;
  readonly isPast: (kind: string) => boolean;
}

/** @returns the id up to which nothing is left to delete */
async function walk(
  { db }: Pick<Store, 'db'>,
  { table }: Events,
  { before, after, isPast, pause, ending }: Walk,
): Promise<number> {
  let place = after;
  while (!ending.aborted) {
    const { rows } = await sql<Event>`
      select "id", "at", "kind" from ${sql.table(table)} where "id" > ${place}
      order by "id" limit ${sql.lit(EVENTS_AT_ONCE)}`.execute(db);
    const old = rows.filter(({ at }) => at < before);
    const past = old.filter(({ kind }) => isPast(kind)).map(({ id }) => id);
    if (past.length > 0) {
      await sql`delete from ${sql.table(table)} where "id" in (${sql.join(past)})`.execute(db);
    }
    // A younger one: all that follow are.
    if (old.length < EVENTS_AT_ONCE) return place;
    place = rows.at(-1)?.id ?? place;
    await pause();
  }
  return place;
}
