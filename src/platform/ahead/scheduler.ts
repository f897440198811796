import { isOAuthApp } from '../../apps/index.ts';
import type { Lane } from '../../lib/lane.ts';
import { tellEndings } from '../endings/index.ts';
import type { RefreshContext } from '../refresh/index.ts';
import { appLane } from './lane.ts';
import { listHeads } from './list-heads.ts';
import { watchSetBack } from './set-back.ts';

/** How long the loop sleeps at most: another process may have stored what is due sooner. Milliseconds. */
const LONGEST_SLEEP_MS = 10_000;
/** And at least. */
const SHORTEST_SLEEP_MS = 1_000;
/** How many ends are told in one look, of connections and of client secrets: what is due for a refresh waits for it. */
export const NOTICES = 100;
/** How long there is no look for ends to tell once all are told, in milliseconds: a week is not told to the second. */
export const NOTICES_EACH_MS = 60_000;

/** Refreshes grants before anybody needs it. */
export interface Scheduler {
  /** Refreshes what is due now. @returns how many connections were handled */
  run(): Promise<number>;
  /** Goes on doing so, in this process. A second start does nothing. */
  start(): void;
  /** Claims no more, and waits for what is under way. */
  close(): Promise<void>;
}

/** Makes the scheduler of one process. Any number of them may share a database. */
export function createScheduler(context: RefreshContext): Scheduler {
  const { catalogue, database, effects } = context;
  const closing = new AbortController();
  const slugs = [...catalogue.values()].filter(isOAuthApp).map(({ slug }) => slug);
  const lanes = new Map<string, Lane>(
    slugs.map(slug => [slug, appLane(context, slug, () => closing.signal.aborted)]),
  );
  /** The runs of the lanes, and what waits for each: a lane that is set off again goes on with the same. */
  const underWay = new Map<Promise<number>, Promise<unknown>>();
  const lookBack = watchSetBack(context, slugs);
  let tellAt = 0;
  let loop: Promise<void> | null = null;

  /** Sets off the lanes that have something due. */
  async function setOff(): Promise<{ runs: Promise<number>[]; nextAt: number }> {
    await lookBack();
    const heads = await listHeads(database.db, slugs);
    const now = effects.now();
    const due = heads.filter(({ dueAt }) => dueAt <= now);
    const runs = due.flatMap(({ appSlug }) => lanes.get(appSlug)?.run() ?? []);
    return { runs, nextAt: Math.min(...heads.map(({ dueAt }) => dueAt)) };
  }

  async function run(): Promise<number> {
    const { runs } = await setOff();
    return (await Promise.all(runs)).reduce((all, one) => all + one, 0);
  }

  /** One look. A lane that is slow is not waited for: the others go on. @returns milliseconds to the next look */
  async function look(): Promise<number> {
    const { runs, nextAt } = await setOff();
    for (const one of runs) {
      if (underWay.has(one)) continue;
      const ended = one.catch(logged).finally(() => underWay.delete(one));
      underWay.set(one, ended);
    }
    await tell();
    return Math.min(Math.max(nextAt - effects.now(), SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
  }

  /** A backlog goes on at the next look. */
  async function tell(): Promise<void> {
    const isClosing = () => closing.signal.aborted;
    if (isClosing() || effects.monotonic() < tellAt) return;
    const told = await tellEndings(context, { limit: NOTICES, isClosing });
    if (told < NOTICES) tellAt = effects.monotonic() + NOTICES_EACH_MS;
  }

  function logged(error: unknown): void {
    effects.log.error({ err: error }, 'refreshing ahead failed');
  }

  async function repeat(): Promise<void> {
    while (!closing.signal.aborted) {
      const sleepMs = await look().catch(error => {
        logged(error);
        return LONGEST_SLEEP_MS;
      });
      if (!closing.signal.aborted) await effects.sleep(sleepMs, closing.signal);
    }
  }

  return {
    run,
    start() {
      loop ??= repeat();
    },
    async close() {
      closing.abort();
      await loop;
      await Promise.all(underWay.values());
    },
  };
}
