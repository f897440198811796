import type { Lane } from '../../lib/lane.ts';
import type { PlatformContext } from '../context.ts';
import { listOutboxHeads, pullBackDeliveries } from '../store/index.ts';
import type { Bell } from './bell.ts';
import { receiverLane } from './receiver-lane.ts';

const POLL_MS = 1_000;
const PULL_BACK_EACH_MS = 5_000;

export interface OutboxWorker {
  /** Sends what is due until there is no more. @returns how many were handled */
  run(): Promise<number>;
  /** Goes on doing so: at once when the bell rings, else every second. A second start does nothing. */
  start(): void;
  /** Claims no more, and waits for what is under way. */
  close(): Promise<void>;
}

/** Makes the worker of one process. Any number of them may share a database. Each receiver has a lane of its own. */
export function outboxWorker(context: PlatformContext, bell: Bell): OutboxWorker {
  const { database, effects } = context;
  const lanes = new Map<string, Lane>();
  let pullBackAt = 0;
  let closing = false;
  let loop: Promise<void> | null = null;

  function laneOf(targetId: string): Lane {
    const lane = lanes.get(targetId) ?? receiverLane(context, targetId, () => closing);
    lanes.set(targetId, lane);
    return lane;
  }

  /** A clock that was ahead, if for a moment only, must not put off what it wrote. */
  async function pullBack(): Promise<void> {
    if (effects.monotonic() < pullBackAt) return;
    await pullBackDeliveries(database.db, { now: effects.now(), toleranceMs: 60_000, longestMs: 60_000 });
    pullBackAt = effects.monotonic() + PULL_BACK_EACH_MS;
  }

  /** Sets off the lanes that have something due. */
  async function setOff(): Promise<Promise<number>[]> {
    if (closing) return [];
    await pullBack();
    const heads = await listOutboxHeads(database.db);
    const now = effects.now();
    return heads.filter(({ dueAt }) => dueAt <= now).map(({ targetId }) => laneOf(targetId).run());
  }

  async function run(): Promise<number> {
    pullBackAt = 0;
    for (let handled = 0; ; ) {
      const ended = await Promise.all(await setOff());
      const more = ended.reduce((all, one) => all + one, 0);
      if (more === 0) return handled;
      handled += more;
    }
  }

  function logged(error: unknown): void {
    effects.log.error({ err: error }, 'outbox failed');
  }

  /** A lane is not waited for: one that hangs holds up no other. */
  async function repeat(): Promise<void> {
    while (!closing) {
      bell.arm();
      const runs = await setOff().catch(error => {
        logged(error);
        return [];
      });
      for (const one of runs) one.catch(logged);
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
      await Promise.all([...lanes.values()].map(lane => lane.ended()));
    },
  };
}
