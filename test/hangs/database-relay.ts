import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** How the network between us and the database behaves. */
export type Network =
  | 'whole'
  /** What is sent is lost, and nobody is told. What is connected then hears nothing ever again. */
  | 'silent'
  /** What is sent is lost, and later bytes of the same connections pass again: no network may do that, but a proxy can. */
  | 'lossy'
  /** Each chunk of an answer takes so long, in milliseconds. */
  | { readonly slowMs: number };

export interface DatabaseRelay {
  /** A connection string that goes through it. */
  readonly url: string;
  /** Connections that were made through it so far. */
  readonly connections: number;
  set(network: Network): void;
  /** Cuts all connections, as a reset does. */
  reset(): void;
  /** The next answers are cut after so many bytes, then their connection is reset. */
  halve(bytes: number): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** It was there when the network fell silent. */
  isLost: boolean;
}

/** Stands between a role and a database, at the level of bytes. */
export async function startDatabaseRelay(databaseUrl: string): Promise<DatabaseRelay> {
  const target = new URL(databaseUrl);
  const pairs = new Set<Pair>();
  let network: Network = 'whole';
  let halfAt: number | null = null;
  let connections = 0;

  const server: Server = createServer(client => {
    connections += 1;
    client.on('error', () => {});
    const upstream = connect(Number(target.port), target.hostname);
    const pair: Pair = { client, server: upstream, isLost: network === 'silent' };
    pairs.add(pair);
    client.on('data', chunk => {
      if (passes(pair)) upstream.write(chunk);
    });
    upstream.on('data', chunk => {
      if (!passes(pair)) return;
      if (halfAt !== null && chunk.length > halfAt) {
        client.write(chunk.subarray(0, halfAt), () => client.resetAndDestroy());
        upstream.destroy();
        return;
      }
      if (typeof network === 'string') client.write(chunk);
      else setTimeout(() => client.write(chunk), network.slowMs);
    });
    // A silent network says nothing of an end either.
    upstream.on('error', () => {});
    upstream.on('close', () => passes(pair) && client.destroy());
    client.on('close', () => {
      pairs.delete(pair);
      upstream.destroy();
    });
  });

  function passes(pair: Pair): boolean {
    return !pair.isLost && network !== 'silent' && network !== 'lossy';
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const { client, server: upstream } of pairs) {
      client.destroy();
      upstream.destroy();
    }
    await new Promise(resolve => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    get connections() {
      return connections;
    },
    set(next) {
      if (next === 'silent') for (const pair of pairs) pair.isLost = true;
      network = next;
      halfAt = null;
    },
    reset() {
      for (const { client, server: upstream } of pairs) {
        client.resetAndDestroy();
        upstream.destroy();
      }
    },
    halve(bytes) {
      halfAt = bytes;
    },
  };
}
