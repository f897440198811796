import type { OAuthDefinition } from '../../apps/index.ts';
import { type OutboundAnswer, OutboundError } from '../../lib/outbound.ts';
import { type Credential, expiresAt, readTokenAnswer } from '../../protocol/index.ts';
import { AppTokenRefused } from './app-token.ts';
import { type AnswerRules, type Fault, readAnswer } from './read-answer.ts';

/** What came of a request to a token endpoint. */
export type TokenOutcome = { readonly kind: 'tokens'; readonly credential: Credential } | Fault;

export type TokenRules = AnswerRules & Pick<OAuthDefinition, 'envelope' | 'expiry'>;

/**
 * Judges the answer of a token endpoint by what the app's record says of it.
 * @param now epoch milliseconds
 */
export function judgeTokens(answer: OutboundAnswer, rules: TokenRules, now: number): TokenOutcome {
  const read = readAnswer(answer, rules, { now, wanted: 'access_token' });
  if ('fault' in read) return read.fault;
  const { members } = read;
  const tokens = rules.envelope === undefined ? members : members[rules.envelope];
  try {
    const credential = readTokenAnswer(tokens, now);
    return { kind: 'tokens', credential: { ...credential, expiresAt: expiryOf(credential, rules, now) } };
  } catch {
    const reason = `answered ${answer.status} without a usable access token`;
    return { kind: 'malformed', reason, retryAfterMs: null, maybeDone: true };
  }
}

/** Epoch milliseconds by the member that the record names; its default where the answer is silent. */
function expiryOf(
  { wire, expiresAt: found }: Credential,
  { expiry }: TokenRules,
  now: number,
): number | null {
  const { member, unit, defaultSeconds } = expiry;
  if (unit === 'none') return null;
  // Seconds, milliseconds, from now or since 1970: told apart by size, as everywhere.
  const named = member === null ? null : expiresAt({ expires_in: wire[member] }, now);
  const given = member === null && unit === 'unknown' ? found : named;
  return given ?? (defaultSeconds === undefined ? null : now + defaultSeconds * 1000);
}

/** Judges a request that got no answer. What is not of the network is thrown on. */
export function judgeNoAnswer(error: unknown): Fault {
  if (error instanceof AppTokenRefused) return error.fault;
  if (!(error instanceof OutboundError)) throw error;
  const told = { reason: error.message, retryAfterMs: null };
  if (error.kind === 'too_large' || error.kind === 'malformed')
    return { ...told, kind: 'malformed', maybeDone: true };
  if (error.kind === 'redirect') return { ...told, kind: 'request' };
  return error.maybeSent
    ? { ...told, kind: 'unanswered', maybeDone: true }
    : { ...told, kind: 'unreachable' };
}
