import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | object;
  /** The connection is cut instead. */
  readonly drop?: boolean;
}

export interface ScriptedServer {
  readonly url: string;
  /** What came, in order. */
  readonly received: Received[];
  /** What is answered from now on. */
  answer: (request: Received) => Scripted | Promise<Scripted>;
}

/** A plain HTTP server that answers what the test says; closed when the test has finished. */
export async function scriptedServer(answer: ScriptedServer['answer'] = () => ({})): Promise<ScriptedServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    received.push(one);
    const { status = 200, headers: more = {}, body = {}, drop = false } = await scripted.answer(one);
    if (drop) return request.socket.destroy();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return response.writeHead(status, { 'content-type': 'application/json', ...more }).end(text);
  });
  const url = await listening(server);
  const scripted: ScriptedServer = { url, received, answer };
  onTestFinished(() => closed(server));
  return scripted;
}

/** Listens on a free port of loopback. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}
