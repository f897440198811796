import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { answerClientErrors } from './client-error.ts';
import { CONNECTIONS, type Connections } from './connections.ts';
import { type DirectRoutes, directOr } from './direct.ts';

export interface Listener {
  /** `http://host:port`, with the port that was taken. */
  readonly url: string;
  /** Stops accepting, waits for the requests under way (at most `graceMs` milliseconds), then cuts the rest. */
  close(graceMs?: number): Promise<void>;
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError' as const;
  readonly port: number;
  constructor(port: number) {
    super(`Port ${port} is taken.`);
    this.port = port;
  }
}

export interface ListenOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly host: string;
  /** Routes that are answered before a Request is made; none by default. */
  readonly direct?: DirectRoutes;
  /** Those of the process by default. */
  readonly connections?: Connections;
}

/**
 * Serves a handler over HTTP.
 * @throws PortTakenError
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host, direct = () => undefined, connections = CONNECTIONS }: ListenOptions,
): Promise<Listener> {
  // A slow sender holds one connection for 30 s at most, and none where others want it.
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    directOr(direct, getRequestListener(fetch)),
  );
  connections.admit(server);
  answerClientErrors(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error);
    });
    server.listen(port, host, resolve);
  });
  // Without descriptors none is accepted; without a listener that would end the process.
  server.on('error', () => {});
  const { port: taken } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${taken}`,
    async close(graceMs = 5_000) {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      // A kept-alive connection that was answering when we stopped becomes idle only later.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}
