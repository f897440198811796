import { z } from 'zod';
import { secretHeaders } from '../protocol/index.ts';
import { type Outbound, OutboundError } from './outbound.ts';

/** What the other side says of its app keys, or why nothing is known of them. */
export type PeerKeys =
  | {
      readonly kind: 'known';
      /** What is to be entered at a provider so that it sends browsers back to the platform; of an instance null. */
      readonly redirectUri: string | null;
      /** By slug and name of the key. */
      readonly fingerprints: Record<string, Record<string, string>>;
    }
  /** There is no other side, or it is none that tells. */
  | { readonly kind: 'not_asked' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface Peer {
  readonly role: 'instance' | 'platform';
  /** Its address, without a trailing slash. */
  readonly base: string;
  /** The shared sync secret, and the name of its header; null: the default ones. */
  readonly secret: string;
  readonly header: string | null;
}

const answerSchema = z.object({
  role: z.enum(['instance', 'platform']),
  redirectUri: z.url().optional(),
  apps: z.record(z.string(), z.record(z.string(), z.string())),
});

const refusalSchema = z.object({ code: z.enum(['unauthenticated', 'secret_invalid', 'sharing_disabled']) });

/** Asks the other side for the fingerprints of its app keys. */
export async function askPeerKeys(
  outbound: Outbound,
  { role, base, secret, header }: Peer,
): Promise<PeerKeys> {
  try {
    const { status, body } = await outbound(`${base}/api/keyferry/v1/app-fingerprints`, {
      headers: secretHeaders(secret, header),
    });
    const { data } = answerSchema.safeParse(parse(body));
    if (status === 200 && data?.role === role) {
      return { kind: 'known', redirectUri: data.redirectUri ?? null, fingerprints: data.apps };
    }
    return { kind: refusalSchema.safeParse(parse(body)).success ? 'refused' : 'not_asked' };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    // Whoever redirects or floods is no Keyferry.
    if (error.kind === 'redirect' || error.kind === 'too_large') return { kind: 'not_asked' };
    return { kind: 'unreachable', reason: error.message };
  }
}

/** How long an answer is taken as it is, in milliseconds. */
const KEPT_MS = 30_000;

/** Makes a function that asks at most every 30 seconds, and else gives the answer that it has; no error is kept. */
export function askSometimes<Answer>(now: () => number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: { readonly at: number; readonly answer: Promise<Answer> } | null = null;
  return function keptOrAsked() {
    const at = now();
    if (asked !== null && at - asked.at < KEPT_MS) return asked.answer;
    const answer = ask();
    const mine = { at, answer };
    asked = mine;
    answer.catch(() => {
      if (asked === mine) asked = null;
    });
    return answer;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
