import { z } from 'zod';
import { KeyferryError } from './errors.ts';

/** A token credential as this project holds it: the wire's object untouched, and what we read out of it. */
export interface Credential {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly tokenType: string;
  readonly scope: string | null;
  /** Epoch milliseconds; null: the sender did not say, so it holds until the provider refuses it. */
  readonly expiresAt: number | null;
  /** The object as it came, unknown members included. */
  readonly wire: Readonly<Record<string, unknown>>;
}

const TOKEN_CHARACTERS = /^[\x20-\x7e]+$/;

/**
 * Cal.com's universal schema, with an access_token held to the characters of RFC 6749 appendix A.12:
 * it goes into a header.
 * @see docs/protocol.md#3
 */
export const tokenCredentialSchema = z.looseObject({
  access_token: z.string().regex(TOKEN_CHARACTERS, 'must be visible ASCII and not empty'),
  refresh_token: z.string().optional(),
  token_type: z.string().optional(),
  scope: z.string().optional(),
});

const KNOWN = Object.keys(tokenCredentialSchema.shape);

/** Cal.com writes this word where a platform sent no refresh token. It is not one. */
const PLACEHOLDER = 'refresh_token';

const EPOCH_FROM = 1_000_000_000;
const MILLISECONDS_FROM = 100_000_000_000;
/** The last millisecond that a Date can hold. */
const LAST_DATE = 8_640_000_000_000_000;
/** One without a zone is UTC: it must not depend on where we run. */
const ISO_DATE = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a token credential, or an answer of the sync endpoint.
 * @param value the parsed JSON
 * @param now epoch milliseconds, what relative expiries count from
 * @throws z.ZodError naming the members at fault, never their values
 * @see docs/protocol.md#3
 */
export function readCredential(value: unknown, now: number): Credential {
  return credentialOf(value, known => expiresAt(known, now));
}

/**
 * Reads a token credential that was stored beside its expiry: a relative one counted from when it was stored.
 * @param expiresAt epoch milliseconds, or null
 * @throws z.ZodError naming the members at fault, never their values
 */
export function storedCredential(value: unknown, expiresAt: number | null): Credential {
  return credentialOf(value, () => expiresAt);
}

/** How deep an answer's members may be nested: far beyond any that is known, and far below what breaks a writer. */
export const ANSWER_DEPTH = 64;

/**
 * Reads the answer of a token endpoint, or of the sync endpoint. Its access token is held to the rules. Of the rest what
 * is good is taken and what is not is left out, since the answer may hold the only refresh token that lives: members
 * of a wrong type, a refresh token, token type or scope outside the grammar of RFC 6749 appendix A, and what is
 * nested deeper than `ANSWER_DEPTH`.
 * @param now epoch milliseconds
 * @throws z.ZodError naming the members at fault, never their values
 * @see docs/protocol.md#4
 */
export function readTokenAnswer(value: unknown, now: number): Credential {
  if (!isObject(value)) return readCredential(value, now);
  return readCredential(Object.fromEntries(Object.entries(value).filter(isGood)), now);
}

const TOKEN_TYPE = /^[\w.~!$&'()*+,;=:@/?#[\]%-]{0,255}$/;
const GRAMMAR: Readonly<Record<string, RegExp>> = {
  refresh_token: /^[\x20-\x7e]*$/,
  token_type: TOKEN_TYPE,
  scope: /^[^\p{Cc}]*$/u,
};

function isGood([name, member]: [string, unknown]): boolean {
  const grammar = Object.hasOwn(GRAMMAR, name) ? GRAMMAR[name] : undefined;
  if (grammar !== undefined) return typeof member === 'string' && grammar.test(member);
  return isWithin(member, ANSWER_DEPTH);
}

/** Whether a JSON value is nested no deeper than that. Level by level: a walk that calls itself breaks on what it looks for. */
function isWithin(value: unknown, depth: number): boolean {
  let level = [value];
  for (let left = depth; left > 0; left -= 1) {
    const inner = level.filter(one => typeof one === 'object' && one !== null);
    if (inner.length === 0) return true;
    level = inner.flatMap(one => Object.values(one as object));
  }
  return !level.some(one => typeof one === 'object' && one !== null);
}

function credentialOf(
  value: unknown,
  expiryOf: (known: Readonly<Record<string, unknown>>) => number | null,
): Credential {
  const isPlain = isTokenCredential(value);
  const wire = isPlain ? value : withoutNulls(value);
  const known = isPlain ? value : tokenCredentialSchema.parse(wire);
  return {
    accessToken: known.access_token,
    refreshToken: known.refresh_token && known.refresh_token !== PLACEHOLDER ? known.refresh_token : null,
    tokenType: tokenTypeOf(known.token_type),
    scope: known.scope ?? null,
    expiresAt: expiryOf(known),
    // Not the schema's copy, which loses a member called __proto__.
    wire: wire as Record<string, unknown>,
  };
}

/** What goes into a header is of the grammar (RFC 6749 appendix A.13), whoever sent it. */
function tokenTypeOf(given: string | undefined): string {
  if (given === undefined || given === '') return 'Bearer';
  return given === 'Bearer' || TOKEN_TYPE.test(given) ? given : 'Bearer';
}

const ABSOLUTE = ['expiry_date', 'expiryDate', 'expires_at', 'expiresAt'];

/** An absolute and a relative expiry that are no further apart than this say the same. Milliseconds. */
const CLOCKS_AGREE_MS = 5_000;

/**
 * The one place where an expiry becomes epoch milliseconds. Where it is told as a date and as a lifetime too, the
 * earlier counts: a sender whose clock is ahead writes dates that are too late, and one that sends on what it
 * stored long ago a lifetime that is too long. Seconds where milliseconds belong, and the reverse, are told apart
 * by size and corrected. Zero, the empty text and what is neither a number nor an ISO 8601 date count as absent,
 * as Cal.com counts them.
 * @returns a whole number that a Date can hold, or null
 * @see docs/protocol.md#3
 */
export function expiresAt(wire: Readonly<Record<string, unknown>>, now: number): number | null {
  const date = first(ABSOLUTE, name => instant(wire[name], now));
  const lifetime = lifetimeMs(wire);
  if (date !== null) {
    const end = lifetime === null ? date : whole(now + lifetime);
    return date - end > CLOCKS_AGREE_MS ? end : date;
  }
  const at = instant(wire.expires_in, now);
  if (at !== null) return at;
  const issued = number(wire.issued_at);
  const seconds = number(wire.token_lifetime);
  if (issued === null || seconds === null || issued < EPOCH_FROM) return null;
  return whole(epochMs(issued) + seconds * 1000);
}

/** What `expires_in` says, in milliseconds; null where it says nothing, or is a date. No clock is wrong in it. */
export function lifetimeMs(wire: Readonly<Record<string, unknown>>): number | null {
  const seconds = number(wire.expires_in);
  return seconds === null || seconds >= EPOCH_FROM ? null : seconds * 1000;
}

function first<Value>(names: readonly string[], read: (name: string) => Value | null): Value | null {
  for (const name of names) {
    const value = read(name);
    if (value !== null) return value;
  }
  return null;
}

/** A date, an epoch in seconds or milliseconds, or what is too small for one: seconds from now. */
function instant(value: unknown, now: number): number | null {
  const date = isoDate(value);
  if (date !== null) return whole(date);
  const given = number(value);
  if (given === null) return null;
  return given >= EPOCH_FROM ? epochMs(given) : whole(now + given * 1000);
}

function epochMs(value: number): number {
  return whole(value < MILLISECONDS_FROM ? value * 1000 : value);
}

function whole(at: number): number {
  return Math.min(Math.round(at), LAST_DATE);
}

function number(value: unknown): number | null {
  if (typeof value === 'string' && value.trim() !== '') return positive(Number(value));
  return typeof value === 'number' ? positive(value) : null;
}

function isoDate(value: unknown): number | null {
  const [, day, time = 'T00:00:00', zone = 'Z'] =
    typeof value === 'string' ? (ISO_DATE.exec(value.trim()) ?? []) : [];
  return day === undefined ? null : positive(Date.parse(`${day}${time.replace(' ', 'T')}${zone}`));
}

function positive(value: number): number | null {
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** A null in a member that we read says nothing, so it counts as absent; other members stay as they came. */
function withoutNulls(value: unknown): unknown {
  if (!isObject(value) || !KNOWN.some(name => value[name] === null)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name, member]) => member !== null || !KNOWN.includes(name)),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the schema takes, told by hand: it is asked for every push and every token. The schema says what is wrong. */
function isTokenCredential(value: unknown): value is z.infer<typeof tokenCredentialSchema> {
  if (!isObject(value)) return false;
  const { access_token, refresh_token, token_type, scope } = value;
  if (typeof access_token !== 'string' || !TOKEN_CHARACTERS.test(access_token)) return false;
  return isText(refresh_token) && isText(token_type) && isText(scope);
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

const EXPIRY_NAMES = [
  'expiry_date',
  'expiryDate',
  'expires_at',
  'expiresAt',
  'expires_in',
  'ext_expires_in',
  'issued_at',
  'token_lifetime',
];

/**
 * The object that leaves: what came, with the expiry in the two spellings that Cal.com's readers know,
 * both numbers, and without a refresh token unless it is to travel.
 * @param now epoch milliseconds
 * @see docs/protocol.md#3
 */
export function writeCredential(
  credential: Credential,
  now: number,
  { withRefreshToken }: { withRefreshToken: boolean },
): Record<string, unknown> {
  const rest = Object.entries(credential.wire).filter(
    ([name]) => !EXPIRY_NAMES.includes(name) && name !== 'refresh_token' && name !== 'id_token',
  );
  const wire: Record<string, unknown> = { ...Object.fromEntries(rest), token_type: credential.tokenType };
  if (withRefreshToken && credential.refreshToken !== null) wire.refresh_token = credential.refreshToken;
  if (credential.expiresAt !== null) {
    wire.expiry_date = credential.expiresAt;
    wire.expires_in = Math.max(1, Math.floor((credential.expiresAt - now) / 1000));
  }
  return wire;
}

/**
 * A refreshed credential laid over the one before it, as Cal.com lays it: members that the answer leaves
 * out stay, an expiry that belongs to the old token does not.
 * @returns the wire object to store
 * @see docs/protocol.md#4
 */
export function mergeRefreshed(
  before: Readonly<Record<string, unknown>>,
  answer: Credential,
): Record<string, unknown> {
  const kept = Object.entries(before).filter(([name]) => !EXPIRY_NAMES.includes(name));
  const merged: Record<string, unknown> = { ...Object.fromEntries(kept), ...answer.wire };
  if (answer.refreshToken === null) delete merged.refresh_token;
  if (answer.refreshToken === null && before.refresh_token !== undefined)
    merged.refresh_token = before.refresh_token;
  return merged;
}

/**
 * A wire object as the text that is stored or sent.
 * @throws KeyferryError body_invalid where it is nested deeper than JSON can be written
 */
export function credentialText(wire: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(wire);
  } catch (cause) {
    throw new KeyferryError('body_invalid', 'The credential is nested too deep.', { cause });
  }
}

/** How long before its end a token counts as expired, so that it does not die on the way. Milliseconds. */
export const EXPIRY_MARGIN_MS = 5_000;

/**
 * Whether a token still serves for `forMs` milliseconds from `now`. One without an expiry does, until
 * its provider refuses it.
 */
export function isFresh(expires: number | null, now: number, forMs: number = EXPIRY_MARGIN_MS): boolean {
  return expires === null || expires - forMs > now;
}
