import { backoffMs, retryAfterMs } from '../../lib/backoff.ts';
import { type OutboundAnswer, OutboundError } from '../../lib/outbound.ts';
import { type ErrorCode, isKeyferryError } from '../../protocol/index.ts';

/** What becomes of a wish. */
export interface Verdict {
  readonly state: 'done' | 'waiting' | 'stopped';
  /** Milliseconds to wait, where it waits. */
  readonly waitMs: number;
  /** The HTTP status of the target, where it answered. */
  readonly status: number | null;
  /** A few words of what went wrong. */
  readonly error: string | null;
}

export interface Circumstances {
  /** Tries so far, this one included. */
  readonly attempts: number;
  /** In [0, 1). */
  readonly random: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Never shown, even where the target repeats them. */
  readonly secrets: readonly string[];
}

/** From seconds to hours, in milliseconds. */
export const DELIVERY_BACKOFF = { firstMs: 2_000, ceilingMs: 6 * 3_600_000 };

const LATER = [408, 425, 429];
const SHOWN = 200;
const LONGEST_WORD = 15;

/**
 * Judges a target's answer: 2xx is done; 408, 425, 429 and 5xx come again later; every other answer stops,
 * until the wish is renewed.
 */
export function judgeAnswer(
  { status, headers, body }: OutboundAnswer,
  circumstances: Circumstances,
): Verdict {
  if (status >= 200 && status < 300) return { state: 'done', waitMs: 0, status, error: null };
  const error = said(body, circumstances.secrets) ?? `answered ${status}`;
  if (status >= 500 || LATER.includes(status)) {
    const asked = retryAfterMs(headers.get('retry-after'), circumstances.now);
    return { state: 'waiting', waitMs: waitMs(circumstances, asked), status, error };
  }
  return { state: 'stopped', waitMs: 0, status, error };
}

/**
 * Judges what kept a wish from being sent or answered. Network faults and a provider's troubles pass; a
 * redirect, a grant that is dead and a setting that is missing do not. What is unknown is ours and comes again.
 */
export function judgeFailure(failure: unknown, circumstances: Circumstances): Verdict {
  if (failure instanceof OutboundError) {
    const stopped = failure.kind === 'redirect' || failure.kind === 'address';
    return verdict(stopped, failure.message, circumstances);
  }
  if (!isKeyferryError(failure)) return verdict(false, 'failed here: the log has it', circumstances);
  const { code, message, retryAfterMs } = failure;
  const words = code === 'not_deliverable' ? `${code}: ${message}` : code;
  return verdict(LASTING.includes(code), words, circumstances, retryAfterMs);
}

const LASTING: readonly ErrorCode[] = [
  'app_not_found',
  'needs_reconnect',
  'not_deliverable',
  'sealed_unreadable',
  'unauthenticated',
];

function verdict(
  stopped: boolean,
  error: string,
  circumstances: Circumstances,
  asked: number | null = null,
): Verdict {
  const state = stopped ? 'stopped' : 'waiting';
  return { state, waitMs: stopped ? 0 : waitMs(circumstances, asked), status: null, error };
}

function waitMs({ attempts, random }: Circumstances, asked: number | null): number {
  return backoffMs(DELIVERY_BACKOFF, attempts, random, asked);
}

/** The beginning of the answer's own words, without the secrets that it may repeat. */
function said(body: string, secrets: readonly string[]): string | null {
  try {
    const { message, code, detail } = JSON.parse(body) as Record<string, unknown>;
    const words = [code, message ?? detail].filter(word => typeof word === 'string' && word !== '');
    if (words.length === 0) return null;
    const open = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), words.join(': '));
    return open.split(' ').map(wordOnly).join(' ').slice(0, SHOWN);
  } catch {
    return null;
  }
}

/** A long word with digits or signs in it may be a secret in an encoding, a part of one, or the ciphertext. */
function wordOnly(word: string): string {
  return word.length <= LONGEST_WORD || /^[A-Za-z_.,:;'"()-]+$/.test(word) ? word : '[cut]';
}
