import { type DestinationStream, type Logger, pino } from 'pino';
import { DEFAULT_HEADERS } from '../protocol/index.ts';

export type Log = Logger;

/** Members that never reach a log line, at any depth and in any case. */
const SECRET_MEMBERS = [
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'id_token',
  'client_secret',
  'clientSecret',
  'code_verifier',
  'password',
  'secret',
  'apiKey',
  'keys',
  'key',
  'token',
  'authorization',
  'cookie',
  'set-cookie',
  'wire',
  ...DEFAULT_HEADERS,
];

const IN_LOWER_CASE = new Set(SECRET_MEMBERS.map(name => name.toLowerCase()));
const CENSOR = '[secret]';
const DEEPEST = 8;

/**
 * The log of a process. Lines name users, apps and codes; secrets are cut out by name, and no call site
 * passes a body, a header or a URL with a query.
 * @param destination stdout when absent
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    formatters: { log: censorLine },
    // For what `log.child()` binds, which no formatter sees.
    redact: { paths: SECRET_MEMBERS.map(name => `["${name}"]`), censor: CENSOR },
    serializers: { err: errorLine },
  };
  return destination ? pino(options, destination) : pino(options);
}

function censorLine(line: object): Record<string, unknown> {
  return Object.fromEntries(
    // The serializer of `err` follows.
    Object.entries(line).map(([name, value]) => [name, name === 'err' ? value : censored(name, value, 1)]),
  );
}

function censored(name: string, value: unknown, depth: number): unknown {
  if (IN_LOWER_CASE.has(name.toLowerCase())) return CENSOR;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return errorLine(value);
  if (depth === DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map(item => censored('', item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [member, censored(member, inner, depth + 1)]),
  );
}

/** An error without what libraries hang on it (requests, responses, config), which may hold secrets. */
function errorLine(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: errorLine(error.cause) } : {}),
  };
}
