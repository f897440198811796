import { randomUUID } from 'node:crypto';
import { DEADLINE_MS, type PlatformContext } from '../context.ts';
import {
  claimOutbox,
  finishOutbox,
  insertEvent,
  moveHostEvents,
  type NewEvent,
  type OutboxRow,
} from '../store/index.ts';
import type { Bell } from './bell.ts';
import { deliver } from './deliver.ts';
import type { Verdict } from './judge-delivery.ts';

/** Longer than a refresh, another's lease and the sending together take, in milliseconds. */
export const CLAIM_MS = 6 * DEADLINE_MS;
/** How many are sent at once. */
const PARALLEL = 16;
const POLL_MS = 1_000;

export interface OutboxWorker {
  /** Sends what is due until there is no more. @returns how many were handled */
  run(): Promise<number>;
  /** Goes on doing so: at once when the bell rings, else every second. A second start does nothing. */
  start(): void;
  /** Claims no more, and waits for what is under way. */
  close(): Promise<void>;
}

/** Makes the worker of one process. Any number of them may share a database. */
export function outboxWorker(context: PlatformContext, bell: Bell): OutboxWorker {
  const { database, effects } = context;
  let closing = false;
  let loop: Promise<void> | null = null;
  const underWay = new Set<Promise<void>>();

  async function claim(limit: number): Promise<OutboxRow[]> {
    if (closing || limit === 0) return [];
    return claimOutbox(database, { by: randomUUID(), forMs: CLAIM_MS, at: effects.now(), limit });
  }

  async function run(): Promise<number> {
    const mine = new Set<Promise<void>>();
    let handled = 0;
    for (;;) {
      bell.arm();
      const claimed = await claim(PARALLEL - mine.size);
      handled += claimed.length;
      for (const wish of claimed) {
        const sending = handle(context, wish).finally(() => {
          mine.delete(sending);
          underWay.delete(sending);
        });
        mine.add(sending);
        underWay.add(sending);
      }
      if (claimed.length === 0 && mine.size === 0) return handled;
      await Promise.race(mine.size < PARALLEL ? [...mine, bell.rung()] : mine);
    }
  }

  async function repeat(): Promise<void> {
    while (!closing) {
      await run().catch(error => effects.log.error({ err: error }, 'outbox failed'));
      if (!closing) await effects.sleep(POLL_MS, bell.signal());
    }
  }

  return {
    run,
    start() {
      loop ??= repeat();
    },
    async close() {
      closing = true;
      bell.ring();
      await loop;
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** Never rejects: what goes wrong with one wish is its own, and its claim ends by itself. */
async function handle(context: PlatformContext, wish: OutboxRow): Promise<void> {
  try {
    context.effects.step?.('push.claimed');
    const verdict = await deliver(context, wish);
    context.effects.step?.('push.answered');
    await finish(context, wish, verdict);
    context.effects.step?.('push.done');
  } catch (error) {
    context.effects.log.error({ err: error, delivery: wish.id }, 'delivery not finished');
  }
}

const AGAIN: Verdict = { state: 'waiting', waitMs: 0, status: null, error: null };

async function finish(
  { database, effects }: PlatformContext,
  wish: OutboxRow,
  verdict: Verdict | null,
): Promise<void> {
  const at = effects.now();
  const { state, waitMs, status, error } = verdict ?? AGAIN;
  const { id, generation, topic, connectionId, appSlug } = wish;
  const claimedBy = wish.claimedBy ?? '';
  const outcome = { id, generation, claimedBy, state, dueAt: at + waitMs, status, error };
  const toHost = topic === 'host.event';
  if (state !== 'stopped' && !toHost) {
    await finishOutbox(database.db, outcome, at);
    return;
  }
  const written = await database.db.transaction().execute(async trx => {
    if (!(await finishOutbox(trx, outcome, at))) return false;
    if (state === 'stopped') await insertEvent(trx, stoppedEvent(wish, error), at);
    if (toHost) await moveHostEvents(trx, { id, connectionId, state, dueAt: outcome.dueAt }, at);
    return true;
  });
  if (written && state === 'stopped')
    effects.log.warn({ delivery: id, app: appSlug, status, error }, 'delivery stopped');
}

/** The host is not told that it does not take what it is told. */
function stoppedEvent({ topic, connectionId, appSlug }: OutboxRow, error: string | null): NewEvent {
  const event = { actor: 'platform', connectionId: connectionId || null, appSlug: appSlug || null } as const;
  return topic === 'host.event'
    ? { ...event, kind: 'delivery.noted', detail: `the host's webhook: ${error}` }
    : { ...event, kind: 'delivery.stopped', detail: error };
}
