import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Members that never reach a log line, at any depth that we log at. */
const SECRET_MEMBERS = [
  'access_token',
  'refresh_token',
  'id_token',
  'accessToken',
  'refreshToken',
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
];

/**
 * The log of a process. Lines name users, apps and codes; secrets are cut out by name, and no call site
 * passes a body, a header or a URL with a query.
 * @param destination stdout when absent
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const paths = SECRET_MEMBERS.flatMap(name => {
    const member = name.includes('-') ? `["${name}"]` : name;
    return name.includes('-') ? [member, `*${member}`] : [member, `*.${member}`, `*.*.${member}`];
  });
  const options = {
    level,
    base: null,
    redact: { paths, censor: '[secret]' },
    serializers: { err: errorLine },
  };
  return destination ? pino(options, destination) : pino(options);
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
