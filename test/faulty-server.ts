import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FaultyServer {
  readonly url: string;
  /** Every request that came, in order. */
  readonly seen: SeenRequest[];
  /** What to do with the next requests. */
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>;
  close(): Promise<void>;
}

/** A server on loopback that answers as a test wants: the faults that no well-kept server would show. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    faulty.seen.push(seen);
    await faulty.answer(seen, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const faulty: FaultyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    answer: (_, response) => void response.writeHead(500).end(),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return faulty;
}

/** An answer with a status, a body and headers. */
export function answering(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): FaultyServer['answer'] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
