import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { BODIES, COUNTED_FROM } from './body-budget.ts';

/** A request header by its name in any case, as Fetch gives it: one that came twice is joined. */
export type HeaderLookup = (name: string) => string | undefined;

export interface DirectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A POST route that is answered straight on Node's own request and response: making Request, Response and
 * the router's context costs more than all the work of a push or a token. The handler of `listen` has the same
 * route too, and takes over whatever is not plain here: what is refused is refused in one place.
 */
export interface DirectRoute {
  /** A longer body is left to the handler. */
  readonly maxBytes: number;
  /** Whether the caller may; the body is not read before. False: the handler says so. */
  readonly admits: (header: HeaderLookup) => boolean | Promise<boolean>;
  /** Never rejects. Null: nothing was done, the handler answers. */
  readonly answer: (body: string) => Promise<DirectAnswer | null>;
}

/** The direct route of a path, where it has one. */
export type DirectRoutes = (path: string) => DirectRoute | undefined;

const UTF8 = new TextDecoder();
/** Hosts that need no closer look. The handler judges any other. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|6[0-4]\d{3}|[6-9]\d{3}))?$/;
/** A length in digits alone, and small. */
const LENGTH = /^[1-9]\d{0,8}$/;

/** Answers on direct routes, and gives every other request to the handler's listener. */
export function directOr(routes: DirectRoutes, handler: RequestListener): RequestListener {
  return function listener(incoming, outgoing) {
    const route = incoming.method === 'POST' ? routes(incoming.url ?? '') : undefined;
    if (route === undefined) return handler(incoming, outgoing);
    const length = plainLength(incoming);
    if (length === 0 || length > route.maxBytes) return handler(incoming, outgoing);
    void answerDirectly(route, incoming, outgoing, length).then(answered => {
      if (!answered) handler(incoming, outgoing);
    });
  };
}

/** The bytes of a body, where the request names its host and that number as nearly all do; else 0. */
function plainLength({ headers }: IncomingMessage): number {
  const { host = '', 'content-length': length = '' } = headers;
  return PLAIN_HOST.test(host) && LENGTH.test(length) ? Number(length) : 0;
}

/** @returns false where the handler is to answer */
async function answerDirectly(
  route: DirectRoute,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  length: number,
): Promise<boolean> {
  const admitted = route.admits(name => headerOf(incoming, name));
  if (!(admitted === true || (await Promise.resolve(admitted).catch(() => false)))) return false;
  // The handler finds no room either, and says so.
  if (length >= COUNTED_FROM && !takeRoom(outgoing, length)) return false;
  const bytes = await bytesOf(incoming, length);
  const answer = await route.answer(UTF8.decode(bytes));
  if (answer === null) {
    // Where the handler's adapter looks for a body that was read already.
    Object.assign(incoming, { rawBody: bytes });
    return false;
  }
  send(answer, outgoing);
  return true;
}

/** Room for a long body until its answer is sent, or its connection cut. */
function takeRoom(outgoing: ServerResponse, length: number): boolean {
  if (outgoing.closed) return true;
  if (!BODIES.take(length)) return false;
  outgoing.once('close', () => BODIES.give(length));
  return true;
}

function send({ status, headers, body }: DirectAnswer, outgoing: ServerResponse): void {
  const length = Buffer.byteLength(body);
  outgoing.writeHead(status, { ...headers, 'content-length': length });
  // ASCII is the same bytes in either, and written faster in this one.
  outgoing.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** Node's own table drops the second of some headers; a secret that was sent twice must not pass as one. */
function headerOf({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  const wanted = name.toLowerCase();
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] as string;
    if (given.length !== wanted.length || given.toLowerCase() !== wanted) continue;
    const value = rawHeaders[at + 1] as string;
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/**
 * The body, once all of its length is here: its `end` comes later, and the answer need not wait for it. The parser holds
 * the sender to that length. Never, when the sender hangs up before.
 */
function bytesOf(incoming: IncomingMessage, length: number): Promise<Buffer> {
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    let missing = length;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      missing -= chunk.length;
      if (missing <= 0) resolve(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    });
  });
}
