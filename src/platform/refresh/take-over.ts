import { findOAuthApp, type Grant, loadGrant } from '../vault/index.ts';
import { type Attempt, listAttempts, renews } from './attempt.ts';
import { commitAnswer } from './commit-answer.ts';
import type { RefreshContext } from './fresh-credential.ts';

/** A grant, with what earlier refreshes of it have left settled. */
export interface Settled {
  readonly grant: Grant;
  /**
   * Since when its refresh token may be spent: it was sent, and no answer is known. Null where it was not, or
   * where the provider does not mind. Epoch milliseconds.
   */
  readonly doubtSince: number | null;
  /** The attempts that make the doubt, the oldest first. */
  readonly doubts: readonly Attempt[];
  /** Those among them whose sender has not said why there is no answer: it may still hold one. */
  readonly silent: readonly Attempt[];
  /** Answers that may be of use once the grant's own refresh token is dead, the newest first. */
  readonly spare: readonly Attempt[];
}

const ROUNDS = 10;

/**
 * Finishes what a predecessor has begun: an answer that was kept and not committed is committed before
 * anything is asked of the provider.
 */
export async function takeOver(context: RefreshContext, id: string): Promise<Settled> {
  for (let round = 1; ; round += 1) {
    const grant = await loadGrant(context, id);
    const attempts = await listAttempts(context, grant);
    const next = attempts.find(attempt => succeeds(attempt, grant));
    if (next === undefined || next.tokens === null || round === ROUNDS) {
      const spare = attempts.filter(attempt => isSpare(attempt, grant));
      const doubts = doubtful(context, grant, attempts);
      const silent = doubts.filter(({ fault }) => fault === null);
      return { grant, doubtSince: doubts[0]?.beganAt ?? null, doubts, silent, spare };
    }
    await commitAnswer(context, grant, { ...next, tokens: next.tokens });
    context.effects.log.info({ connectionId: id }, 'took over the answer of an earlier refresh');
  }
}

/** Whether an answer is the next state of a grant, and not one beside or before it. */
function succeeds(attempt: Attempt, grant: Grant): boolean {
  const { row, credential } = grant;
  const dead = row.status === 'needs_reconnect';
  if (!renews(attempt)) return attempt.tokens !== null && attempt.version === row.version && !dead;
  // A connection anew that brought no refresh token goes on with the one whose successor this is.
  const next = attempt.version === row.version || attempt.sent === credential.refreshToken;
  return (next || dead) && isSpare(attempt, grant);
}

/** Whether an answer has another refresh token than the grant, which may live where the grant's own is dead. */
export function isSpare(attempt: Attempt, { credential }: Grant): boolean {
  return renews(attempt) && attempt.tokens.refreshToken !== credential.refreshToken;
}

function doubtful(context: RefreshContext, grant: Grant, attempts: readonly Attempt[]): readonly Attempt[] {
  const { rotates } = findOAuthApp(context, grant.row.appSlug).credential.oauth.rotation;
  if (rotates === false) return [];
  const open = attempts.filter(
    ({ tokens, sent }) => tokens === null && sent === grant.credential.refreshToken,
  );
  return open.sort((one, other) => one.beganAt - other.beganAt);
}
