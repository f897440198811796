import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import { startFaultyServer } from '../faulty-server.ts';
import { type StrictProvider, startStrictProvider } from '../platform/strict-provider.ts';

/** A refresh at the provider, as the one who stands before it saw it. */
export interface Exchange {
  /** The name of the process that asked. */
  readonly process: string;
  /** The grant whose refresh token came, and whose it is. */
  readonly grantId: string;
  readonly userId: number;
  /** The access token that the provider answered; null until it has, and where it refused. */
  given: string | null;
  refused: boolean;
  /** When it came, in epoch milliseconds. */
  readonly cameAt: number;
  /** When it came, or was answered. Monotonic, in milliseconds. */
  at: number;
}

export interface WatchedProvider {
  /** The grants that it ended because a refresh token came twice. */
  readonly ended: readonly string[];
  /** In the order in which they began. */
  readonly exchanges: readonly Exchange[];
  /** Where a process finds its provider: an address of its own, by which it is known. */
  providersOf(process: string): ProviderOverrides;
  /** Makes a grant of a user. */
  issue(userId: number): ReturnType<StrictProvider['issue']>;
  /** From now on nothing that a process sends reaches the provider. */
  hold(process: string): void;
}

type Grant = Pick<Exchange, 'grantId' | 'userId'>;

interface Answer {
  readonly access_token?: string;
  readonly refresh_token?: string;
}

/** An oidc-provider that rotates and ends a grant at a reuse, and who asked it for what. */
export async function startWatchedProvider(): Promise<WatchedProvider> {
  const strict = await startStrictProvider();
  const exchanges: Exchange[] = [];
  const grantOf = new Map<string, Grant>();
  const holding = new Set<string>();
  const server = await startFaultyServer();
  onTestFinished(server.close);
  server.answer = async (request, response) => {
    server.seen.length = 0;
    const [, process = ''] = request.path.split('/');
    const presented = new URLSearchParams(request.body).get('refresh_token') ?? '';
    const grant = grantOf.get(presented) ?? { grantId: '', userId: 0 };
    // Whoever sent it is about to be killed, and gets no answer.
    if (holding.has(process)) return;
    const cameAt = Date.now();
    const now = { cameAt, at: performance.now() };
    const exchange: Exchange = { process, ...grant, given: null, refused: false, ...now };
    exchanges.push(exchange);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(`${strict.url}/token`, { method: 'POST', headers, body: request.body });
    const text = await answer.text();
    const { access_token: accessToken, refresh_token: refreshToken } = JSON.parse(text) as Answer;
    if (accessToken !== undefined && refreshToken !== undefined) {
      grantOf.set(refreshToken, grant);
    }
    const given = accessToken ?? null;
    Object.assign(exchange, { given, refused: given === null, at: performance.now() });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  };
  return {
    ended: strict.ended,
    exchanges,
    providersOf: process => ({ zoom: { tokenEndpoint: `${server.url}/${process}` } }),
    async issue(userId) {
      const issued = await strict.issue();
      grantOf.set(issued.refreshToken, { grantId: issued.grantId, userId });
      return issued;
    },
    hold: process => void holding.add(process),
  };
}
