import { createLane, type Ended, type Lane } from '../../lib/lane.ts';
import { type ErrorCode, isKeyferryError } from '../../protocol/index.ts';
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

/**
 * Makes the lane of an app in this process: a slow provider holds up nobody else's grants. Those in use go first.
 * @param isClosing after that nothing more is claimed
 */
export function appLane(context: RefreshContext, appSlug: string, isClosing: () => boolean): Lane {
  const { database, effects } = context;
  let turns = 0;

  async function claim(free: number): Promise<Claimed[]> {
    const at = effects.now();
    const take = (refreshClass: 0 | 1, limit: number) =>
      claimDue(database, { appSlug, refreshClass, at, forMs: CLAIM_MS, limit });
    turns += 1;
    const share = free < UNUSED_EACH ? Number(turns % UNUSED_EACH === 0) : Math.floor(free / UNUSED_EACH);
    const kept = await take(1, share);
    const used = await take(0, free - kept.length);
    const rest = kept.length < share ? [] : await take(1, free - kept.length - used.length);
    return [...used, ...kept, ...rest];
  }

  async function handle(claimed: Claimed): Promise<Ended> {
    try {
      await refreshClaimed(context, claimed);
      return 'well';
    } catch (error) {
      if (isKeyferryError(error) && PROVIDER_FAULTS.includes(error.code)) {
        return { retryAfterMs: error.retryAfterMs, all: APP_FAULTS.includes(error.code) };
      }
      await noteUnforeseen(context, { id: claimed.id, app: appSlug }, error);
      return 'aside';
    }
  }

  return createLane({ width: WIDTH, rest: REST, claim, handle, isClosing }, effects);
}
