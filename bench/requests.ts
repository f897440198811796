import { bareUpserts, startServer } from './child.ts';
import { API_KEY, pushBody, SECRET, SLUG, USERS } from './fixture.ts';
import { type Load, type Measured, measure } from './load.ts';
import { median } from './median.ts';
import type { BenchStore } from './stores.ts';
import { printTable, ratio, whole } from './table.ts';

/** How many rounds of how many callers. One alone swings most with what else the machine does. */
const ROUNDS: ReadonlyMap<number, number> = new Map([
  [1, 9],
  [16, 5],
  [64, 5],
]);
const SECONDS = 2;
const WARM_UP = { callers: 16, seconds: 2 };

const LOADS = {
  pushes: (): Load => ({
    path: '/api/webhook/app-credential',
    headers: { 'calcom-webhook-secret': SECRET },
    bodies: users(pushBody),
  }),
  reads: (): Load => ({
    path: '/api/keyferry/v1/access-token',
    headers: { authorization: `Bearer ${API_KEY}` },
    bodies: users(userId => JSON.stringify({ userId, appSlug: SLUG })),
  }),
};

function users(body: (userId: number) => string): string[] {
  return Array.from({ length: USERS }, (_, index) => body(index + 1));
}

/** By number of callers. */
type Measurements = ReadonlyMap<number, Measured>;

/**
 * Pushes or reads, ours against the plain handler, in turns, so that what disturbs the machine disturbs both;
 * and for pushes the database alone.
 * @returns our figures
 */
export async function measureRequests(
  store: BenchStore,
  what: keyof typeof LOADS,
  stored: number,
): Promise<Measurements> {
  const load = LOADS[what]();
  const [ours, plain, bareLocation] = [
    await store.fresh(stored),
    await store.fresh(stored),
    await store.fresh(stored),
  ];
  const servers = { plain: await startServer('plain', plain), ours: await startServer('instance', ours) };
  for (const server of Object.values(servers)) await measure(server, load, WARM_UP);
  const results: { plain: Map<number, Measured>; ours: Map<number, Measured> } = {
    plain: new Map(),
    ours: new Map(),
  };
  const bare = new Map<number, number>();
  for (const [callers, count] of ROUNDS) {
    const rounds: { plain: Measured[]; ours: Measured[]; bare: number[] } = { plain: [], ours: [], bare: [] };
    for (let round = 0; round < count; round++) {
      if (what === 'pushes') rounds.bare.push(await bareUpserts(bareLocation, callers, SECONDS));
      for (const name of ['plain', 'ours'] as const) {
        rounds[name].push(await measure(servers[name], load, { callers, seconds: SECONDS }));
      }
    }
    for (const name of ['plain', 'ours'] as const) results[name].set(callers, middle(rounds[name]));
    bare.set(callers, median(rounds.bare));
  }
  for (const server of Object.values(servers)) await server.stop();
  report(store.engine, what, stored, { ...results, bare });
  return results.ours;
}

function middle(rounds: readonly Measured[]): Measured {
  const of = (pick: (measured: Measured) => number) => median(rounds.map(pick));
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpuPer1000: of(({ cpuPer1000 }) => cpuPer1000),
    rssMb: of(({ rssMb }) => rssMb),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}

function report(
  engine: string,
  what: string,
  stored: number,
  { plain, ours, bare }: { plain: Measurements; ours: Measurements; bare: ReadonlyMap<number, number> },
): void {
  const rows = [...ours.keys()].map(callers => {
    const [mine, other] = [ours.get(callers), plain.get(callers)];
    if (!mine || !other) throw new Error('not measured');
    const alone = bare.get(callers) ?? Number.NaN;
    return [
      String(callers),
      what === 'pushes' ? whole(alone) : '',
      whole(other.perSecond),
      whole(mine.perSecond),
      ratio(mine.perSecond, other.perSecond),
      what === 'pushes' ? ratio(mine.perSecond, alone) : '',
      `${mine.p50} / ${mine.p99}`,
      `${other.cpuPer1000.toFixed(3)} / ${mine.cpuPer1000.toFixed(3)}`,
      whole(mine.rssMb),
      String(mine.errors + other.errors),
    ];
  });
  printTable(
    `${what} a second, ${engine}, ${whole(stored)} stored credentials`,
    [
      'callers',
      'database alone',
      'plain handler',
      'Keyferry',
      'to plain',
      'to database',
      'p50 / p99 ms',
      'CPU s per 1,000: plain / ours',
      'RSS MB',
      'errors',
    ],
    rows,
  );
}
