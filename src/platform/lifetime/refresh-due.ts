import { createHash } from 'node:crypto';
import { type OAuthDefinition, pauseOfLimit } from '../../apps/index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The least that is left of a token when it is refreshed: twice what Cal.com's earliest reader leaves. Milliseconds. */
export const LEAD_MS = 10 * MINUTE_MS;

export interface Tokens {
  /** When they came, in epoch milliseconds, as all here. */
  readonly at: number;
  readonly expiresAt: number | null;
  /** When the grant dies of not being used. */
  readonly idleEndsAt: number | null;
  readonly limit: OAuthDefinition['refreshLimit'];
  /** Whether they are the first of their grant: then their life may have begun long before they came. */
  readonly first: boolean;
}

/**
 * When a connection is refreshed without anybody asking: in the second half of its token's life, and before
 * the idle life of its grant ends. A longer life leaves more for an outage; those that came together are
 * spread by their ids; and nothing is due sooner than the provider's limit allows.
 * @returns null where neither ends
 */
export function refreshDueAt(id: string, { at, expiresAt, idleEndsAt, limit, first }: Tokens): number | null {
  const ends = [tokenDue(id, expiresAt, at), idleDue(id, idleEndsAt, at)].filter(due => due !== null);
  if (ends.length === 0) return null;
  return Math.max(Math.min(...ends), at + (first ? 0 : leastPause(limit)));
}

/** A lead of 10 minutes, up to a day for a long life, at most a third of a short one. */
function tokenDue(id: string, end: number | null, at: number): number | null {
  if (end === null) return null;
  const life = Math.max(0, end - at);
  const lead = Math.max(Math.min(LEAD_MS, life / 3), Math.min(life / 10, DAY_MS));
  return before(id, end, { lead, spread: Math.min(life / 6, DAY_MS) });
}

/** A quarter of an idle life is left, at most two weeks. */
function idleDue(id: string, end: number | null, at: number): number | null {
  if (end === null) return null;
  const life = Math.max(0, end - at);
  return before(id, end, {
    lead: Math.min(life / 4, 14 * DAY_MS),
    spread: Math.min(life / 12, 7 * DAY_MS),
  });
}

function before(id: string, end: number, { lead, spread }: { lead: number; spread: number }): number {
  return Math.floor(end - lead - spread * place(id));
}

/** Between refreshes of one grant, in milliseconds: a provider whose tokens are very short is not asked all the time. */
function leastPause(limit: Tokens['limit']): number {
  return Math.max(MINUTE_MS, pauseOfLimit(limit));
}

/** The same number in [0, 1) for the same id, always. */
function place(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
}
