import type { OAuthDefinition } from '../../apps/index.ts';
import { type Credential, expiresAt } from '../../protocol/index.ts';

/** When a grant ends, as far as anybody has said. Epoch milliseconds. */
export interface KnownEnds {
  /** The end that no refresh moves. */
  readonly grantExpiresAt: number | null;
  /** The end that the next refresh moves. */
  readonly idleEndsAt: number | null;
}

type Rules = Pick<OAuthDefinition, 'idleLifetimeMs' | 'grantLifetimeMs' | 'rotation'>;

/** Google, Webex, Box and others; Lark and Keycloak; absolute spellings. */
const NAMES = ['refresh_token_expires_at', 'refresh_token_expires_in', 'refresh_expires_in'];
/** Two statements of one end differ by less: the answer's way and whole seconds. Milliseconds. */
const SAME_END_MS = 60_000;

/**
 * The ends of a grant, from what its provider says of the refresh token and from the app's record. A stated
 * end is one that a refresh moves when a refresh has moved it. Before there was one, only a record that says
 * that refresh tokens are not replaced makes it a fixed one: nobody is warned on a guess.
 * @param tokens.before what was known of the same grant; null: the grant is new
 */
export function grantEnds(
  { idleLifetimeMs, grantLifetimeMs, rotation }: Rules,
  tokens: { answer: Pick<Credential, 'refreshToken' | 'wire'>; before: KnownEnds | null; at: number },
): KnownEnds {
  const { answer, before, at } = tokens;
  const declared = typeof grantLifetimeMs === 'number' ? at + grantLifetimeMs : null;
  const idle = typeof idleLifetimeMs === 'number' ? at + idleLifetimeMs : null;
  const stated = statedEnd(answer.wire, at);
  if (stated === null) {
    const kept = answer.refreshToken === null ? (before?.idleEndsAt ?? null) : null;
    return {
      grantExpiresAt: before === null ? declared : before.grantExpiresAt,
      idleEndsAt: idle ?? kept,
    };
  }
  const known = before?.grantExpiresAt ?? before?.idleEndsAt ?? null;
  const fixed = known === null ? rotation.rotates === false : stated <= known + SAME_END_MS;
  if (!fixed) {
    const lasting = declared === null ? null : (before?.grantExpiresAt ?? declared);
    return { grantExpiresAt: lasting, idleEndsAt: earlier(stated, idle) };
  }
  const same = known !== null && Math.abs(stated - known) <= SAME_END_MS;
  return { grantExpiresAt: same ? known : stated, idleEndsAt: idle };
}

/** When the refresh token of an answer ends; zero and nothing mean that it does not. */
function statedEnd(wire: Readonly<Record<string, unknown>>, at: number): number | null {
  for (const name of NAMES) {
    const end = expiresAt({ expires_in: wire[name] }, at);
    if (end !== null) return end;
  }
  return null;
}

function earlier(one: number, other: number | null): number {
  return other === null ? one : Math.min(one, other);
}
