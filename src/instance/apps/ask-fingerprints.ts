import { z } from 'zod';
import type { KeyFingerprints } from '../../apps/index.ts';
import { OutboundError } from '../../lib/outbound.ts';
import { secretHeaders } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';

/** What the platform says of its app keys, or why nothing is known of them. */
export type PlatformKeys =
  | {
      readonly kind: 'known';
      /** What is to be entered at a provider so that it sends browsers back to the platform. */
      readonly redirectUri: string;
      readonly fingerprints: KeyFingerprints;
    }
  /** No platform is configured, or it is none that tells. */
  | { readonly kind: 'not_asked' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly reason: string };

type Context = Pick<InstanceContext, 'config' | 'outbound'>;

const answerSchema = z.object({
  role: z.literal('platform'),
  redirectUri: z.url(),
  apps: z.record(z.string(), z.record(z.string(), z.string())),
});

const refusalSchema = z.object({ code: z.enum(['unauthenticated', 'secret_invalid', 'sharing_disabled']) });

/** The path of a Keyferry's own sync endpoint: where it stands, its API is beside it. */
const SYNC_PATH = '/api/sync';
/** How long an answer is taken as it is, in milliseconds. */
const KEPT_MS = 30_000;

/** Makes a function that asks the platform for the fingerprints of its app keys, at most every 30 seconds. */
export function createAskFingerprints(
  context: Context & Pick<InstanceContext, 'effects'>,
): () => Promise<PlatformKeys> {
  let asked: { readonly at: number; readonly answer: Promise<PlatformKeys> } | null = null;
  return function askSometimes() {
    const now = context.effects.now();
    if (asked === null || now - asked.at >= KEPT_MS) asked = { at: now, answer: askFingerprints(context) };
    return asked.answer;
  };
}

/** Asks the platform for the fingerprints of its app keys. */
export async function askFingerprints({ config, outbound }: Context): Promise<PlatformKeys> {
  const { endpoint, secret, header } = config.sync;
  if (endpoint === null || secret === null || !endpoint.endsWith(SYNC_PATH)) return { kind: 'not_asked' };
  const base = endpoint.slice(0, -SYNC_PATH.length);
  try {
    const { status, body } = await outbound(`${base}/api/keyferry/v1/app-fingerprints`, {
      headers: secretHeaders(secret, header),
    });
    const answer = answerSchema.safeParse(parse(body));
    if (status === 200 && answer.success) {
      return { kind: 'known', redirectUri: answer.data.redirectUri, fingerprints: answer.data.apps };
    }
    return { kind: refusalSchema.safeParse(parse(body)).success ? 'refused' : 'not_asked' };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    // Whoever redirects or floods is no Keyferry.
    if (error.kind === 'redirect' || error.kind === 'too_large') return { kind: 'not_asked' };
    return { kind: 'unreachable', reason: error.message };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
