import { isKeyferryError, type KeyferryError } from '../../protocol/index.ts';

/** The body of an error of the sync endpoint: nothing in it looks like a token to a client that reads no status. */
export interface SyncError {
  readonly message: string;
  readonly code: string;
  readonly remedy?: string;
}

/** Where the error is ours to mend, ask again after this, in milliseconds. */
const LATER_MS = 30_000;

const AS_THEY_ARE = [400, 403, 404, 413];

/**
 * The answer that stands for an error. 409 says that the user must connect again, and nothing else does;
 * whatever may pass, or somebody here may mend, is 503 with Retry-After.
 * @see docs/protocol.md#4
 */
export function syncErrorAnswer(error: KeyferryError): Response {
  const { code, remedy, retryAfterMs } = error;
  const body: SyncError = { message: error.message, code, ...(remedy === null ? {} : { remedy }) };
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  const asItIs = code === 'needs_reconnect' || AS_THEY_ARE.includes(error.status);
  if (!asItIs) headers['retry-after'] = String(Math.max(1, Math.ceil((retryAfterMs ?? LATER_MS) / 1000)));
  return new Response(JSON.stringify(body), { status: asItIs ? error.status : 503, headers });
}

/** What is wrong with a body that could not be read, without its values. */
export function bodyFault(error: unknown): string {
  if (isKeyferryError(error)) return error.message;
  const issues = (error as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] }).issues;
  if (issues === undefined) return 'The body is neither a form nor JSON.';
  return issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}
