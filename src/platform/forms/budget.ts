import type { Effects } from '../../lib/effects.ts';
import { type Outbound, OutboundError } from '../../lib/outbound.ts';
import { sessionInvalid } from '../connect/open-session.ts';
import { giveBackBytes, reserveRequest } from '../store/index.ts';
import type { Db } from '../tables.ts';

/** What one link may ask of the services that its user names, in all its forms together. */
export const LINK_BUDGET = { requests: 120, bytes: 64 * 1024 * 1024 };

/** How long one form may take at the services that it names, in milliseconds. */
export const FORM_MS = 45_000;

/**
 * A way out within the budget of a link: each request, redirects included, and the longest answer that it may bring
 * are taken out beforehand, and what an answer did not need is given back.
 * @param limits.answerBytes the longest answer that `outbound` reads
 * @param limits.until when the form must be done, by the monotonic clock, in milliseconds
 * @throws KeyferryError session_invalid once the budget is spent: the link is of no more use
 */
export function withinBudget(
  { db, effects, outbound }: { db: Db; effects: Pick<Effects, 'monotonic'>; outbound: Outbound },
  sessionId: string,
  limits: { readonly answerBytes: number; readonly until: number; readonly deadlineMs: number },
): Outbound {
  return async (url, request = {}) => {
    const left = limits.until - effects.monotonic();
    if (left <= 0) throw new OutboundError('timeout', 'the form has taken too long', false);
    const reserved = { ...LINK_BUDGET, answer: limits.answerBytes };
    if (!(await reserveRequest(db, sessionId, reserved))) throw sessionInvalid();
    const deadlineMs = Math.min(request.deadlineMs ?? limits.deadlineMs, left);
    const answer = await outbound(url, { ...request, deadlineMs });
    const unused = limits.answerBytes - Buffer.byteLength(answer.body);
    if (unused > 0) await giveBackBytes(db, sessionId, unused);
    return answer;
  };
}
