import { startServer } from '../child.ts';
import { median } from '../median.ts';
import type { BenchStore } from '../stores.ts';
import { prepareGrants } from './grants.ts';

/** How many grants are refreshed a second, and processor milliseconds of the process that does it for each. */
export interface Kept {
  readonly perSecond: number;
  readonly cpuMsEach: number;
}

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
  readonly handled: number;
}

const ROUNDS = 3;
/** As many as the scheduler sends at once. */
const CALLERS = 32;

/**
 * The scheduler over grants that are due, against a bare loop of a POST to the same token endpoint and one
 * upsert, as many at once.
 */
export async function keepAlive(
  store: BenchStore,
  { stored, due }: { stored: number; due: number },
): Promise<{ bare: Kept; ours: Kept }> {
  const endpoint = await startServer('token-endpoint', null);
  const around = { tokenEndpoint: endpoint.url, webappUrl: 'http://127.0.0.1:9', started: false };
  const platform = await startServer('platform', await store.fresh(stored, prepareGrants), { more: around });
  const bare = await startServer('bare-keep-alive', await store.fresh(stored), {
    more: { tokenEndpoint: endpoint.url, callers: CALLERS },
  });
  const rounds: { bare: Measured[]; ours: Measured[] } = { bare: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const [one, other] = [await bare.ask<Measured>({ due }), await platform.ask<Measured>({ due })];
    if (other.handled !== due) throw new Error(`${other.handled} of ${due} grants were refreshed.`);
    // The first round warms up.
    if (round === 0) continue;
    rounds.bare.push(one);
    rounds.ours.push(other);
  }
  for (const server of [bare, platform, endpoint]) await server.stop();
  return { bare: middle(rounds.bare), ours: middle(rounds.ours) };
}

function middle(rounds: readonly Measured[]): Kept {
  return {
    perSecond: median(rounds.map(({ handled, ms }) => (handled / ms) * 1000)),
    cpuMsEach: median(rounds.map(({ handled, cpuMs }) => cpuMs / handled)),
  };
}
