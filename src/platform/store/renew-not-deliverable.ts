import type { Db } from '../tables.ts';
import { renewStopped } from './renew-stopped.ts';

/** Makes due what a target was not sent for want of a setting. @param at epoch milliseconds */
export async function renewNotDeliverable(db: Db, targetId: string, at: number): Promise<void> {
  await renewStopped(
    db,
    stopped => stopped.targetId === targetId && stopped.lastError?.startsWith('not_deliverable:') === true,
    at,
  );
}
