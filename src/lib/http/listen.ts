import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
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

/**
 * Serves a handler over HTTP.
 * @param port 0 for any free one
 * @param direct routes that are answered before a Request is made; none by default
 * @throws PortTakenError
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host, direct = () => undefined }: { port: number; host: string; direct?: DirectRoutes },
): Promise<Listener> {
  // A slow sender holds one connection for 30 s at most.
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000 },
    directOr(direct, getRequestListener(fetch)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error);
    });
    server.listen(port, host, resolve);
  });
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
