import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici';
import { isKeyferryError } from '../protocol/index.ts';
import { assertPublicUrl, publicLookup } from './address-policy.ts';
import { runningDeadline } from './running-deadline.ts';

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'PROPFIND';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `give` answers a redirect, for a caller who judges where it leads; else it is refused. */
  readonly redirects?: 'refuse' | 'give';
  /**
   * `start`: of an answer that is too long its start is given, and no error. `begun`: for a caller whom the status tells
   * enough. Of the body comes what arrives of the first 64 KiB within 2 s, and one that breaks off, never ends or is too
   * long is no error.
   */
  readonly answer?: 'whole' | 'start' | 'begun';
  /** In the place of the usual one. Milliseconds. */
  readonly deadlineMs?: number;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Where there was more, and the caller takes the start. */
  readonly cut?: true;
}

/** Sends one request and reads its whole answer. */
export type Outbound = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>;

/** No usable HTTP answer came: refused, reset, timed out, redirected, too long, of a status that HTTP does not have. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError' as const;
  readonly kind: 'timeout' | 'connection' | 'redirect' | 'too_large' | 'malformed' | 'address';
  /** Whether the request may have reached the other side. */
  readonly maybeSent: boolean;
  constructor(kind: OutboundError['kind'], message: string, maybeSent: boolean, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.maybeSent = maybeSent;
  }
}

export interface OutboundOptions {
  /** For the whole exchange, body included, of time in which this process ran. Milliseconds. */
  readonly deadlineMs: number;
  /** The longest answer that is read. */
  readonly maxBytes: number;
  /** `public` for an address that a user typed, `any` for one that the operator configured. */
  readonly addresses: 'public' | 'any';
  readonly signal?: AbortSignal;
}

/**
 * The one way out of this process. Redirects are never followed (a secret header must not follow one), the deadline
 * covers everything, the body is capped, the status is one of HTTP (RFC 9110 section 15), and the address policy is
 * applied to the address connected to.
 */
export function createOutbound(options: OutboundOptions): Outbound & { close(): Promise<void> } {
  const { deadlineMs, maxBytes, addresses } = options;
  const agent = new Agent({
    connections: 64,
    // The deadline covers both, and knows of pauses.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: addresses === 'public' ? { lookup: publicLookup } : {},
  });
  async function outbound(url: string, request: OutboundRequest = {}): Promise<OutboundAnswer> {
    const withinMs = request.deadlineMs ?? deadlineMs;
    const deadline = runningDeadline(withinMs);
    const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal;
    try {
      if (addresses === 'public') assertPublicUrl(new URL(url));
      const response = await undiciFetch(url, {
        method: request.method ?? 'GET',
        headers: { ...request.headers },
        body: request.body ?? null,
        redirect: 'manual',
        signal,
        dispatcher: agent as Dispatcher,
      });
      if (response.status < 200 || response.status > 599) {
        await response.body?.cancel();
        throw new OutboundError('malformed', `answered ${response.status}, which is no status of HTTP`, true);
      }
      if (request.redirects !== 'give' && response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        throw new OutboundError('redirect', `answered ${response.status}: redirects are refused`, true);
      }
      const read =
        request.answer === 'begun'
          ? { body: await readBegun(response.body) }
          : await readCapped(response.body, maxBytes, request.answer === 'start');
      return { status: response.status, headers: response.headers as unknown as Headers, ...read };
    } catch (error) {
      throw judge(error, deadline.signal.aborted, withinMs);
    } finally {
      deadline.clear();
    }
  }
  return Object.assign(outbound, { close: () => agent.destroy() });
}

async function readCapped(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  startServes: boolean,
): Promise<{ readonly body: string; readonly cut?: true }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the exchange: what is left is not read.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes && !startServes) {
      throw new OutboundError('too_large', `answer longer than ${maxBytes} bytes`, true);
    }
    chunks.push(chunk);
    if (length > maxBytes) {
      return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), cut: true };
    }
  }
  return { body: Buffer.concat(chunks).toString('utf8') };
}

const BEGUN = { bytes: 64 * 1024, ms: 2_000 };

/** Of a stream of bytes what both libraries of types know alike. */
interface Bytes {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
    cancel(): Promise<void>;
  };
}

async function readBegun(body: Bytes | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(stop, BEGUN.ms);
  const chunks: Uint8Array[] = [];
  try {
    for (let length = 0; length < BEGUN.bytes; ) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      length += value.length;
      chunks.push(value);
    }
  } catch {
    // What has come says enough.
  }
  clearTimeout(timer);
  stop();
  return Buffer.concat(chunks).toString('utf8', 0, BEGUN.bytes);
}

const NEVER_SENT = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'UND_ERR_CONNECT_TIMEOUT',
  'bad port',
]);

function judge(error: unknown, timedOut: boolean, deadlineMs: number): OutboundError {
  if (error instanceof OutboundError) return error;
  if (timedOut) return new OutboundError('timeout', `no answer within ${deadlineMs} ms`, true, error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const refused = [error, cause].find(isKeyferryError);
  if (refused) return new OutboundError('address', refused.message, false, refused);
  const name = connectionFault(cause);
  return new OutboundError('connection', name, !NEVER_SENT.has(name), hasCode(cause) ? cause : undefined);
}

function hasCode(cause: unknown): boolean {
  return typeof (cause as { code?: unknown } | null)?.code === 'string';
}

/** The fault's code. What has none is not passed on: it may repeat the URL, password included, or a header. */
function connectionFault(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  // One of the ports that fetch never connects to (https://fetch.spec.whatwg.org/#port-blocking).
  return message === 'bad port' ? message : 'connection failed';
}
