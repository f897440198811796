import { isRefreshedAhead } from '../../apps/calcom/index.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import { freshCredential, type RefreshContext } from '../refresh/index.ts';
import { type Ending, listEnding } from './list-ending.ts';

/** How long before its end a token is refreshed: twice what Cal.com's earliest reader leaves. Milliseconds. */
export const LEAD_MS = 10 * 60_000;
/** How many are refreshed at once. */
const PARALLEL = 16;

/**
 * Refreshes the tokens that an unmodified Cal.com would otherwise refresh by itself and fail: the new one is
 * pushed, as after each refresh, before its code looks at the end of the old one.
 * @returns how many were due
 * @see docs/compatibility.md
 */
export async function refreshAhead(context: RefreshContext): Promise<number> {
  const slugs = [...context.catalogue.values()].filter(isRefreshedAhead).map(({ slug }) => slug);
  if (slugs.length === 0) return 0;
  const now = context.effects.now();
  const filter = { slugs, kind: 'calcom', now, by: now + LEAD_MS, limit: PARALLEL } as const;
  let handled = 0;
  for (let after: Ending | null = null; ; ) {
    const due: Ending[] = await listEnding(context.database.db, { ...filter, after });
    await Promise.all(due.map(({ id }) => refresh(context, id)));
    handled += due.length;
    after = due.at(-1) ?? null;
    if (due.length < PARALLEL) return handled;
  }
}

/** Never rejects: what goes wrong with one is noted on its row, and tried again when it is due. */
async function refresh(context: RefreshContext, id: string): Promise<void> {
  try {
    await freshCredential(context, id, { minimumMs: LEAD_MS });
  } catch (error) {
    if (!isKeyferryError(error))
      context.effects.log.error({ err: error, connectionId: id }, 'not refreshed ahead');
  }
}
