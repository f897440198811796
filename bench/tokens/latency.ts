import { startServer } from '../child.ts';
import { API_KEY, SECRET, SLUG } from '../fixture.ts';
import { FORM_TYPE, JSON_TYPE, post } from '../servers/post.ts';
import type { BenchStore } from '../stores.ts';
import { prepareGrants } from './grants.ts';

/** Latencies of the same thing, in milliseconds: without us and with us. */
export interface Latencies {
  readonly bare: number[];
  readonly ours: number[];
}

const ROUNDS = 3;

/**
 * An access token that must be refreshed: caller, instance, platform and token endpoint, each a process,
 * against three hops of node:http that read a row, ask on and write it. At two numbers of stored grants, in turns, so
 * that what disturbs the machine disturbs both.
 * @param calls of each round, each for another user
 */
export async function refreshLatency(
  store: BenchStore,
  {
    stored,
    calls,
    callers,
  }: { stored: readonly [few: number, many: number]; calls: number; callers: number },
): Promise<readonly [few: Latencies, many: Latencies]> {
  const chains = [await openChain(store, stored[0]), await openChain(store, stored[1])] as const;
  const all: readonly [Latencies, Latencies] = [
    { bare: [], ours: [] },
    { bare: [], ours: [] },
  ];
  // The first call tells either side of the other's token, so that the next ones need a new one.
  for (const { ours, bare } of chains) for (const call of [ours, bare]) await inTurn(call, calls, callers);
  const before = await answered();
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const [chain, latencies] = [chains[index], all[index]];
      latencies.bare.push(...(await inTurn(chain.bare, calls, callers)));
      latencies.ours.push(...(await inTurn(chain.ours, calls, callers)));
    }
  }
  const count = (await answered()) - before;
  if (count !== 4 * ROUNDS * calls) throw new Error(`${count} refreshes, not one a call.`);
  for (const chain of chains) await chain.stop();
  return all;

  async function answered(): Promise<number> {
    let sum = 0;
    for (const { endpoint } of chains) sum += (await endpoint.ask<{ count: number }>('answered')).count;
    return sum;
  }
}

async function openChain(store: BenchStore, stored: number) {
  const endpoint = await startServer('token-endpoint', null);
  const platform = await startServer('platform', await store.fresh(stored, prepareGrants), {
    more: { tokenEndpoint: endpoint.url, webappUrl: 'http://127.0.0.1:9', started: false },
  });
  const instance = await startServer('asking-instance', await store.fresh(stored), {
    more: { endpoint: `${platform.url}/api/sync` },
  });
  const far = await startServer('bare-chain', await store.fresh(stored), { more: { next: endpoint.url } });
  const near = await startServer('bare-chain', await store.fresh(stored), { more: { next: far.url } });
  const headers = { ...JSON_TYPE, authorization: `Bearer ${API_KEY}` };
  const path = `${instance.url}/api/keyferry/v1/access-token`;
  return {
    endpoint,
    ours: (userId: number) => post(path, JSON.stringify({ userId, appSlug: SLUG, force: true }), headers),
    bare: (userId: number) => post(near.url, `userId=${userId}`, FORM_TYPE),
    async stop() {
      for (const server of [near, far, instance, platform, endpoint]) await server.stop();
    },
  };
}

/** So many calls, each for another user, by so many callers at once. @returns milliseconds of each */
async function inTurn(
  call: (userId: number) => Promise<unknown>,
  calls: number,
  callers: number,
): Promise<number[]> {
  const latencies: number[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < calls) {
      const userId = ++next;
      const from = performance.now();
      await call(userId);
      latencies.push(performance.now() - from);
    }
  }
  await Promise.all(Array.from({ length: callers }, work));
  return latencies;
}

/**
 * From the provider's answer with a new token to the instance having stored it, one at a time, against a bare
 * POST of a push to the plain handler, which writes it.
 */
export async function arrivalLatency(
  store: BenchStore,
  { stored, calls }: { stored: number; calls: number },
  push: (userId: number) => string,
): Promise<Latencies> {
  const endpoint = await startServer('token-endpoint', null);
  const instance = await startServer('asking-instance', await store.fresh(stored), {
    more: { endpoint: null },
  });
  const platform = await startServer('platform', await store.fresh(stored, prepareGrants), {
    more: { tokenEndpoint: endpoint.url, webappUrl: instance.url, started: true },
  });
  const plain = await startServer('plain', await store.fresh(stored));
  const secret = { 'calcom-webhook-secret': SECRET };
  const bodies = Array.from({ length: calls }, (_, index) => push(index + 1));

  async function arrive(userId: number): Promise<number> {
    const pushed = instance.ask<{ at: number }>('pushed');
    const form = new URLSearchParams({ calcomUserId: String(userId), appSlug: SLUG });
    // More than any token has left: the platform must refresh.
    const wanted = { ...FORM_TYPE, ...secret, 'keyferry-minimum-seconds': '86400' };
    await post(`${platform.url}/api/sync`, form.toString(), wanted);
    const { at: stored } = await pushed;
    const { at: answered } = await endpoint.ask<{ at: number }>('answered');
    return stored - answered;
  }
  const all: Latencies = { bare: [], ours: [] };
  for (let userId = 1; userId <= calls; userId++) {
    const from = performance.now();
    await post(`${plain.url}/api/webhook/app-credential`, bodies[userId - 1] ?? '', {
      ...JSON_TYPE,
      ...secret,
    });
    const bare = performance.now() - from;
    const ours = await arrive(userId);
    // The first ones are slow for reasons of their own.
    if (userId <= calls / 10) continue;
    all.bare.push(bare);
    all.ours.push(ours);
  }
  for (const server of [plain, platform, instance, endpoint]) await server.stop();
  return all;
}
