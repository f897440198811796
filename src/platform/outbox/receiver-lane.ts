import { randomUUID } from 'node:crypto';
import { createLane, type Ended, type Lane } from '../../lib/lane.ts';
import { DEADLINE_MS, type PlatformContext } from '../context.ts';
import {
  claimOutbox,
  finishOutbox,
  insertEvent,
  moveHostEvents,
  type NewEvent,
  type OutboxRow,
} from '../store/index.ts';
import { deliver } from './deliver.ts';
import type { Verdict } from './judge-delivery.ts';

/** Longer than a refresh, another's lease and the sending together take, in milliseconds. */
export const CLAIM_MS = 6 * DEADLINE_MS;
/** How many are sent to one receiver at once by one process, where it keeps up. */
export const WIDTH = 16;
/** How long a receiver is left alone when it fails one delivery after another, in milliseconds. */
const REST = { firstMs: 1_000, ceilingMs: 60_000 };

/**
 * Makes the lane of a receiver in this process: a target, or the host. One that hangs delays what goes to no other.
 * @param isClosing after that nothing more is claimed
 */
export function receiverLane(context: PlatformContext, targetId: string, isClosing: () => boolean): Lane {
  const { database, effects } = context;
  const claim = (limit: number) =>
    claimOutbox(database, { targetId, by: randomUUID(), forMs: CLAIM_MS, at: effects.now(), limit });
  const handle = (wish: OutboxRow) => send(context, wish);
  return createLane({ width: WIDTH, rest: REST, claim, handle, isClosing }, effects);
}

/** Never rejects: what goes wrong with one wish is its own, and its claim ends by itself. */
async function send(context: PlatformContext, wish: OutboxRow): Promise<Ended> {
  const { effects } = context;
  try {
    effects.step?.('push.claimed');
    const verdict = await deliver(context, wish);
    effects.step?.('push.answered');
    await finish(context, wish, verdict);
    effects.step?.('push.done');
    return verdict?.receiver ?? 'aside';
  } catch (error) {
    effects.log.error({ err: error, delivery: wish.id }, 'delivery not finished');
    return 'aside';
  }
}

const AGAIN: Verdict = { state: 'waiting', waitMs: 0, status: null, error: null, receiver: 'aside' };

async function finish(
  { database, effects }: PlatformContext,
  wish: OutboxRow,
  verdict: Verdict | null,
): Promise<void> {
  const at = effects.now();
  const { state, waitMs, status, error, receiver } = verdict ?? AGAIN;
  const { id, generation, topic, connectionId, appSlug } = wish;
  const claimedBy = wish.claimedBy ?? '';
  const isFault = typeof receiver === 'object';
  const outcome = { id, generation, claimedBy, state, dueAt: at + waitMs, status, error, isFault };
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
