import type { FaultyServer, SeenRequest } from './faulty-server.ts';
import { startFaultyServer } from './faulty-server.ts';

export interface RecordingProxy {
  readonly url: string;
  /** Every request that came, in order. */
  readonly seen: SeenRequest[];
  /** Answers in the other server's place, or gives null to let a request pass. */
  fault: (request: SeenRequest) => { status: number; body?: string } | null;
  close(): Promise<void>;
}

/**
 * Stands in front of a real server: records what passes, and breaks what a test wants broken.
 * @param upstream its address; of several, each gets one request in turn
 */
export async function startProxy(...upstream: readonly [string, ...string[]]): Promise<RecordingProxy> {
  let passed = 0;
  const server: FaultyServer = await startFaultyServer();
  const proxy: RecordingProxy = {
    url: server.url,
    seen: server.seen,
    fault: () => null,
    close: server.close,
  };
  server.answer = async (request, response) => {
    const fault = proxy.fault(request);
    if (fault) return void response.writeHead(fault.status).end(fault.body ?? '');
    const { host: _, connection: __, ...headers } = request.headers;
    const next = upstream[passed++ % upstream.length];
    const answer = await fetch(`${next}${request.path}`, {
      method: request.method,
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(request.body === '' ? {} : { body: request.body }),
    });
    const {
      'content-encoding': _e,
      'content-length': _l,
      'transfer-encoding': _t,
      ...rest
    } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, rest).end(Buffer.from(await answer.arrayBuffer()));
  };
  return proxy;
}
