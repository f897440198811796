import autocannon from 'autocannon';
import type { ServerProcess } from './child.ts';

export interface Load {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor seconds of the server for 1,000 requests. */
  readonly cpuPer1000: number;
  readonly rssMb: number;
  readonly errors: number;
}

const SAMPLE_MS = 50;

/**
 * Sends a load for some seconds, or a number of requests. Each connection starts at another body, so that
 * callers do not meet at one user.
 */
export async function measure(
  server: ServerProcess,
  load: Load,
  amount: { callers: number } & ({ seconds: number } | { requests: number }),
): Promise<Measured> {
  const before = await server.usage();
  const requests = load.bodies.map(body => ({
    method: 'POST' as const,
    path: load.path,
    headers: { 'content-type': 'application/json', ...load.headers },
    body,
  }));
  let connection = 0;
  const result = await autocannon({
    url: server.url,
    connections: amount.callers,
    ...('seconds' in amount ? { duration: amount.seconds } : { amount: amount.requests }),
    // It ends at a sample's end: by default, whole seconds.
    sampleInt: SAMPLE_MS,
    requests,
    setupClient(client) {
      const from = Math.floor((connection++ * requests.length) / amount.callers);
      client.setRequests([...requests.slice(from), ...requests.slice(0, from)]);
    },
  });
  const after = await server.usage();
  const total = result['2xx'];
  return {
    // Its own duration is rounded to 10 ms.
    perSecond: (total * 1_000) / (result.finish.getTime() - result.start.getTime()),
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuPer1000: (after.cpuMs - before.cpuMs) / total,
    rssMb: after.rssMb,
    errors: result.errors + result.non2xx,
  };
}
