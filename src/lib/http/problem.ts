import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import { databaseError } from '../db/index.ts';
import type { Log } from '../log.ts';
import type { DirectAnswer } from './direct.ts';
import { SAFE_HEADERS } from './safe-headers.ts';

/** An RFC 9457 problem with our members: `code` is stable, `remedy` says what to do, `fields` what is wrong where. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

const PROBLEM_HEADERS = { 'content-type': 'application/problem+json', ...SAFE_HEADERS };

const PROBLEM_BASE = 'https://github.com/keyferry/keyferry/blob/main/docs/operations.md#';

/** The body that stands for an error. */
export function problemOf(error: KeyferryError): Problem {
  return {
    type: `${PROBLEM_BASE}${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.remedy === null ? {} : { remedy: error.remedy }),
    ...(error.fields === null ? {} : { fields: error.fields }),
  };
}

/** The answer that stands for an error; `Retry-After` in whole seconds where a repeat makes sense. */
export function problemResponse(error: KeyferryError): Response {
  const { body, status, headers } = problemAnswer(error);
  return new Response(body, { status, headers });
}

function problemAnswer(error: KeyferryError): DirectAnswer {
  const headers: Record<string, string> = { ...PROBLEM_HEADERS };
  if (error.retryAfterMs !== null) headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  return { status: error.status, headers, body: JSON.stringify(problemOf(error)) };
}

/** Turns what a handler threw into an answer, in one place. */
export function answerError(log: Log) {
  return function onError(error: Error, context: Context): Response {
    if (error instanceof HTTPException) {
      const code = error.message.startsWith('Malformed JSON') ? 'body_not_json' : 'body_invalid';
      return problemResponse(new KeyferryError(code, error.message || 'The request cannot be read.'));
    }
    const { body, status, headers } = answerThrown(log, error, context.req.path);
    return new Response(body, { status, headers });
  };
}

/** The answer to what was thrown on a path. */
export function answerThrown(log: Log, error: unknown, path: string): DirectAnswer {
  return problemAnswer(tellable(log, error, path));
}

/**
 * What may be told of what was thrown on a path: a fault of the database as what it is, and what nobody foresaw as
 * `internal`. What is ours (5xx) is logged here, with its cause, and nowhere else.
 */
export function tellable(log: Log, error: unknown, path: string): KeyferryError {
  if (isCutOff(error)) return new KeyferryError('body_invalid', 'The request was cut off.');
  const known = isKeyferryError(error) ? error : databaseError(error);
  const told = known ?? new KeyferryError('internal', 'Something failed here. The log has it.');
  if (told.status >= 500) {
    log.error({ err: known ?? error, code: told.code, path: shownPath(path) }, 'request failed');
  }
  return told;
}

/** The caller hung up in the middle of its body: nothing is wrong here, and nobody reads the answer. */
function isCutOff(error: unknown): boolean {
  return (
    error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'
  );
}

/** A path as the log may have it: what is as long and as plain as a token may be one. */
function shownPath(path: string): string {
  return path.replaceAll(/[\w-]{40,}/g, '...');
}
