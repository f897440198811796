import type { OAuthDefinition } from '../../apps/index.ts';
import { retryAfterMs } from '../../lib/backoff.ts';
import type { OutboundAnswer } from '../../lib/outbound.ts';

/** What a request to a token endpoint came to, where it came to no token. */
export interface Fault {
  /**
   * `grant`: the code or the refresh token is dead. `client`: our keys are refused. `request`: something
   * else of ours is. `policy`: an administrator of the user's organisation forbids it. `busy`: too many
   * requests. `failed`: the provider is broken. `unreachable`: the request never reached it. `unanswered`:
   * it may have, and no answer came. `malformed`: an answer that is none.
   */
  readonly kind:
    | 'grant'
    | 'client'
    | 'request'
    | 'policy'
    | 'busy'
    | 'failed'
    | 'unreachable'
    | 'unanswered'
    | 'malformed';
  /** A few words, without a secret. */
  readonly reason: string;
  /** Milliseconds, where the provider said. */
  readonly retryAfterMs: number | null;
  /** The provider may have done what was asked, a rotation included: its answer is what is missing. */
  readonly maybeDone?: true;
}

/** What a record says of its provider's answers. */
export type AnswerRules = Pick<OAuthDefinition, 'errors' | 'refreshLimit'>;

type Members = Readonly<Record<string, unknown>>;

const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client'];
/** A gateway's word for an answer that it did not get. */
const GATEWAY = [502, 504];
const BUSY_ERRORS = ['temporarily_unavailable', 'slow_down', 'rate_limit_exceeded'];

/**
 * Reads an answer of a token endpoint (RFC 6749 sections 5.1 and 5.2, and what the record adds to them). A
 * 5xx and a 429 say nothing about the grant. Providers that answer 200 with an error are taken by their error.
 * @param question.now epoch milliseconds
 * @param question.wanted the member that makes it a success
 */
export function readAnswer(
  { status, headers, body }: OutboundAnswer,
  rules: AnswerRules,
  { now, wanted }: { now: number; wanted: string },
): { readonly fault: Fault } | { readonly members: Members } {
  const later = retryAfterMs(headers.get('retry-after'), now);
  const said = `answered ${status}`;
  const fault = (kind: Fault['kind'], reason = said, wait = later) => ({
    fault: { kind, reason, retryAfterMs: wait },
  });
  if (status === 429) return fault('busy');
  if (GATEWAY.includes(status)) return { fault: { ...fault('failed').fault, maybeDone: true } };
  if (status >= 500) return fault(status === 503 ? 'busy' : 'failed');
  const answer = jsonObject(body);
  const codes = typeof answer[wanted] === 'string' ? [] : errorCodes(answer);
  const [code] = codes;
  if (code !== undefined) {
    const kind = kindOf(codes, status, rules);
    const words = [said, shown(code), ...declared(codes.slice(1), rules)].join(' ');
    return fault(kind, words, later ?? (kind === 'busy' ? pauseMs(rules) : null));
  }
  if (status === 401) return fault('client');
  if (status >= 400) return fault('request');
  return { members: answer };
}

function kindOf(codes: readonly string[], status: number, { errors }: AnswerRules): Fault['kind'] {
  const among = (known: readonly string[]): boolean => codes.some(code => known.includes(code));
  if (among(errors.policy)) return 'policy';
  if (among(errors.grantDead)) return 'grant';
  if (among(errors.clientWrong)) return 'client';
  if (among(errors.pause)) return 'busy';
  if (among(['invalid_grant'])) return 'grant';
  if (among(CLIENT_ERRORS) || status === 401) return 'client';
  return among(BUSY_ERRORS) ? 'busy' : 'request';
}

/** Of further codes those that the record knows: Entra's number says what its `invalid_grant` is about. */
function declared(codes: readonly string[], { errors }: AnswerRules): readonly string[] {
  const known: readonly string[] = Object.values(errors).flat();
  return codes.filter(code => known.includes(code));
}

/** Whoever asks too often is shut out until the window of the limit is over. */
function pauseMs({ refreshLimit }: AnswerRules): number | null {
  return typeof refreshLimit === 'object' && refreshLimit !== null ? refreshLimit.perMs : null;
}

/**
 * The error's codes, from where providers put them: `error` (RFC 6749), a member of it, `status` (HubSpot),
 * `errors`, and the `code` of an envelope, of which 0 is none.
 */
function errorCodes(answer: Members): readonly string[] {
  const { error, code, status, errors, error_codes: numbers, message } = answer;
  const inner = (value: unknown): readonly unknown[] =>
    isObject(value) ? [value.code, value.type, value.error] : [value];
  const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.flatMap(inner) : []);
  const failed = inner(error).some(isCode) || listed(errors).some(isCode);
  const coded = isCode(code) && code !== 0;
  if (!failed && !coded && !isCode(status)) return [];
  const all = [
    ...inner(error),
    ...(coded ? [code] : []),
    status,
    ...listed(errors),
    ...listed(numbers),
    message,
  ];
  return all.filter(isCode).map(String);
}

function isCode(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/** Only what looks like a word or a short number: a token that a provider repeats is never shown. */
function shown(code: string): string {
  return /^(?:[A-Za-z_]{1,40}|\d{1,8})$/.test(code) ? code : 'an error';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonObject(body: string): Members {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
