import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportTo } from './report.ts';

/** A bare node:http server that answers each POST with JSON, and tells the parent where it listens. */
export function listening(
  answer: (body: string) => object | Promise<object>,
  stop: () => unknown = () => undefined,
): void {
  const server = createServer(async (request, response) => {
    const json = JSON.stringify(await answer(await bodyOf(request)));
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  });
  server.listen(0, '127.0.0.1', () => {
    reportTo(process, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.close();
      server.closeAllConnections();
      await stop();
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Milliseconds of a clock that all processes of the machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
