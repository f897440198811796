import { backoffMs } from '../../lib/backoff.ts';
import { type ErrorCode, isKeyferryError, type KeyferryError } from '../../protocol/index.ts';
import type { RefreshContext } from '../refresh/index.ts';
import { type Claimed, claimDue } from './claim-due.ts';
import { noteUnforeseen } from './note-unforeseen.ts';
import { refreshClaimed } from './refresh-claimed.ts';

/** How many grants of one app are refreshed at once by one process, where its provider keeps up. */
export const WIDTH = 32;
/** Longer than a refresh and the wait for another's lease take, in milliseconds. What a killed process had claimed is due again then. */
export const CLAIM_MS = 120_000;
/** How long an app is left alone when its provider fails one request after another, in milliseconds. */
const REST = { firstMs: 1_000, ceilingMs: 60_000 };
/** Of the places of an app, one in so many is kept for what nobody uses: it must not starve. */
const UNUSED_EACH = 4;

/** What is wrong with the app itself, so that no grant of it can be refreshed. */
const APP_FAULTS: readonly ErrorCode[] = ['app_keys_missing', 'provider_client_refused'];
const PROVIDER_FAULTS: readonly ErrorCode[] = [
  ...APP_FAULTS,
  'provider_busy',
  'provider_failed',
  'provider_malformed',
  'provider_unanswered',
  'provider_unreachable',
];

/** The grants of one app: each app has a lane of its own, so that a slow provider holds up nobody else's. */
export interface Lane {
  /**
   * Refreshes what is due now, those in use first. A second call while one is under way waits for the same.
   * @returns how many were handled
   */
  run(): Promise<number>;
}

/**
 * Makes the lane of an app in this process. As the provider fails, fewer are sent at once, down to one, then
 * with rests between; as it answers, more.
 * @param isClosing after that nothing more is claimed
 */
export function createLane(context: RefreshContext, appSlug: string, isClosing: () => boolean): Lane {
  const { database, effects } = context;
  const underWay = new Set<Promise<void>>();
  let width = WIDTH;
  let rests = 0;
  let turns = 0;
  let restUntil = 0;
  let running: Promise<number> | null = null;

  async function claim(): Promise<Claimed[]> {
    const free = width - underWay.size;
    const at = effects.now();
    // Half a lane at a time: one statement for many.
    if (isClosing() || at < restUntil || free < width / 2) return [];
    const take = (refreshClass: 0 | 1, limit: number) =>
      claimDue(database, { appSlug, refreshClass, at, forMs: CLAIM_MS, limit });
    turns += 1;
    const share = free < UNUSED_EACH ? Number(turns % UNUSED_EACH === 0) : Math.floor(free / UNUSED_EACH);
    const kept = await take(1, share);
    const used = await take(0, free - kept.length);
    const rest = kept.length < share ? [] : await take(1, free - kept.length - used.length);
    return [...used, ...kept, ...rest];
  }

  async function handle(claimed: Claimed): Promise<void> {
    try {
      await refreshClaimed(context, claimed);
      rests = 0;
      width = Math.min(WIDTH, width + 1);
    } catch (error) {
      if (isKeyferryError(error) && PROVIDER_FAULTS.includes(error.code)) slowDown(error);
      else await noteUnforeseen(context, { id: claimed.id, app: appSlug }, error);
    }
  }

  function slowDown({ code, retryAfterMs }: KeyferryError): void {
    const goesOn = width > 1 && !APP_FAULTS.includes(code);
    width = Math.max(1, Math.floor(width / 2));
    const now = effects.now();
    if (goesOn || now < restUntil) return;
    rests += 1;
    // What one grant is told to wait may be its own limit: longer than a minute the others do not wait for it.
    const asked = Math.min(retryAfterMs ?? 0, REST.ceilingMs);
    restUntil = now + backoffMs(REST, rests, effects.random(), asked);
  }

  async function drain(): Promise<number> {
    let handled = 0;
    for (;;) {
      const claimed = await claim();
      handled += claimed.length;
      for (const one of claimed) {
        const refreshing = handle(one).finally(() => underWay.delete(refreshing));
        underWay.add(refreshing);
      }
      if (claimed.length === 0 && underWay.size === 0) return handled;
      await Promise.race(underWay);
    }
  }

  return {
    run() {
      running ??= drain().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
