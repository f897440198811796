import { planTokens } from '../lifetime/index.ts';
import { freshCredential, REFRESH_LEASE_MS, type RefreshContext } from '../refresh/index.ts';
import { putPlan } from '../store/index.ts';
import { findOAuthApp, loadGrant } from '../vault/index.ts';
import type { Claimed } from './claim-due.ts';

/**
 * Refreshes a claimed connection, unless somebody has in the meantime. What comes of it stands on its row,
 * with the time of the next refresh.
 * @throws KeyferryError as `freshCredential` does
 */
export async function refreshClaimed(context: RefreshContext, claimed: Claimed): Promise<void> {
  const { id, version, expiresAt, idleEndsAt } = claimed;
  if (expiresAt === null && idleEndsAt === null && !(await isDue(context, claimed))) return;
  // Nobody waits for it, and as long as it is under way its place is taken.
  await freshCredential(context, id, { newerThan: version, patienceMs: REFRESH_LEASE_MS });
}

/** Whether a connection without any known end is to be refreshed: what came before there was a plan gets one. */
async function isDue(context: RefreshContext, { id, version }: Claimed): Promise<boolean> {
  const { row, credential } = await loadGrant(context, id);
  if (row.version !== version || row.status !== 'connected') return row.status === 'failing';
  const answer = { refreshToken: null, wire: {} };
  const app = findOAuthApp(context, row.appSlug);
  const plan = planTokens(app, { id, credential, answer, before: row }, row.refreshedAt ?? row.createdAt);
  if (plan.refreshDueAt !== null && plan.refreshDueAt <= context.effects.now()) return true;
  await putPlan(context.database.db, { id, version, plan });
  return false;
}
