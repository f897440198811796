import { onTestFinished } from 'vitest';
import { type SeenRequest, startFaultyServer } from '../faulty-server.ts';

/** Stands in front of a server, at an address that stays, and lets a test act at either end of a request. */
export interface Relay {
  readonly url: string;
  /** Requests that came since it was last emptied. */
  readonly seen: SeenRequest[];
  /** Before a request is passed on. False: it is not, and its connection is cut. */
  before: ((request: SeenRequest) => Promise<boolean>) | null;
  /** Before the answer is passed back. */
  after: ((request: SeenRequest) => Promise<void>) | null;
  /** For how long, in milliseconds, an answered body is answered alike when it comes again; by path. */
  readonly repeats: Map<string, number>;
}

/** @param upstream where a request goes now */
export async function startRelay(upstream: (request: SeenRequest) => string): Promise<Relay> {
  const server = await startFaultyServer();
  onTestFinished(server.close);
  const answered = new Map<string, { readonly status: number; readonly text: string; readonly at: number }>();
  const relay: Relay = {
    url: server.url,
    seen: server.seen,
    before: null,
    after: null,
    repeats: new Map(),
  };
  server.answer = async (request, response) => {
    if (relay.before !== null && !(await relay.before(request))) return void response.destroy();
    const key = `${request.path} ${request.body}`;
    const known = answered.get(key);
    const repeatMs = relay.repeats.get(request.path) ?? 0;
    const fresh = known !== undefined && performance.now() - known.at < repeatMs;
    const given = fresh ? known : await pass(request).catch(() => null);
    // Whoever was asked is dead.
    if (given === null) return void response.destroy();
    if (given.status === 200 && repeatMs > 0) answered.set(key, given);
    await relay.after?.(request);
    response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.text);
  };

  async function pass(request: SeenRequest) {
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(upstream(request), {
      method: request.method,
      headers: headers as Record<string, string>,
      body: request.body,
    });
    return { status: answer.status, text: await answer.text(), at: performance.now() };
  }
  return relay;
}
