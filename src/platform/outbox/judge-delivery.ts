import { backoffMs, retryAfterMs } from '../../lib/backoff.ts';
import type { Ended } from '../../lib/lane.ts';
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
  /** What it says about its receiver, for all that waits for the same one. */
  readonly receiver: Ended;
}

export interface Circumstances {
  /** Who gets it: an instance, or the host. */
  readonly to: 'target' | 'host';
  /** Tries so far, this one included. */
  readonly attempts: number;
  /** Since it was wished for, in milliseconds. */
  readonly ageMs: number;
  /** In [0, 1). */
  readonly random: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Never shown, even where the target repeats them. */
  readonly secrets: readonly string[];
}

/** From seconds to hours, in milliseconds. */
export const DELIVERY_BACKOFF = { firstMs: 2_000, ceilingMs: 6 * 3_600_000 };

/** How long the host is told again, in milliseconds, and how often at least: it may have been us who were away. */
export const HOST_PATIENCE = { ms: 3 * 86_400_000, attempts: 5 };
/** How often a target is asked again that refuses in nobody's words: for some 15 to 30 minutes. */
export const UNSURE_ATTEMPTS = 10;

const LATER = [408, 425, 429];
/** It stands elsewhere, and is asked there with the same method and body: somebody has to set the address. */
const MOVED = [301, 307, 308];
const GONE = 410;
const SHOWN = 200;
const LONGEST_WORD = 15;

/**
 * Judges an answer by its status: 2xx is done. A target's refusal in its own words stops, until the wish is renewed;
 * one in other words may come from what stands in front of it while it is set up, and is tried again for half an hour.
 * The host is told again for days whatever it answers, but for 410. An address that has moved stops both.
 * @see docs/protocol.md#5
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function judgeAnswer(
  { status, headers, body }: OutboundAnswer,
  circumstances: Circumstances,
): Verdict {
  if (status >= 200 && status < 300)
    return { state: 'done', waitMs: 0, status, error: null, receiver: 'well' };
  const moved = MOVED.includes(status);
  const plain = moved ? `answered ${status}: redirects are refused` : `answered ${status}`;
  const error = said(body, circumstances.secrets) ?? plain;
  const asked = retryAfterMs(headers.get('retry-after'), circumstances.now);
  const busy = status >= 500 || status < 200 || LATER.includes(status);
  const itself = circumstances.to === 'target' && !busy && !moved && isJson(body);
  const stopped =
    moved ||
    itself ||
    (circumstances.to === 'host'
      ? status === GONE || isLongEnough(circumstances)
      : !busy && circumstances.attempts >= UNSURE_ATTEMPTS);
  const receiver: Ended = itself ? 'well' : { retryAfterMs: asked, all: false };
  if (stopped) return { state: 'stopped', waitMs: 0, status, error, receiver };
  return { state: 'waiting', waitMs: waitMs(circumstances, asked), status, error, receiver };
}

/**
 * Judges what kept a wish from being sent or answered. Network faults and a provider's troubles pass; a grant that is
 * dead and a setting that is missing do not. What is unknown is ours and comes again.
 */
export function judgeFailure(failure: unknown, circumstances: Circumstances): Verdict {
  if (failure instanceof OutboundError) {
    const stopped =
      failure.kind === 'redirect' ||
      failure.kind === 'address' ||
      (circumstances.to === 'host' && isLongEnough(circumstances));
    return verdict(stopped, failure.message, circumstances, { retryAfterMs: null, all: false });
  }
  if (!isKeyferryError(failure)) return verdict(false, 'failed here: the log has it', circumstances, 'aside');
  const { code, message, retryAfterMs } = failure;
  const words = code === 'not_deliverable' ? `${code}: ${message}` : code;
  return verdict(LASTING.includes(code), words, circumstances, 'aside', retryAfterMs);
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
  receiver: Ended,
  asked: number | null = null,
): Verdict {
  const state = stopped ? 'stopped' : 'waiting';
  return { state, waitMs: stopped ? 0 : waitMs(circumstances, asked), status: null, error, receiver };
}

function waitMs({ attempts, random }: Circumstances, asked: number | null): number {
  return backoffMs(DELIVERY_BACKOFF, attempts, random, asked);
}

function isLongEnough({ ageMs, attempts }: Circumstances): boolean {
  return ageMs >= HOST_PATIENCE.ms && attempts >= HOST_PATIENCE.attempts;
}

/** Whether a program answers in words that are its own: a proxy answers with a page, or nothing. */
function isJson(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
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
