import { bareUpserts, startServer } from './child.ts';
import { API_KEY, pushBody, SECRET, SLUG, USERS } from './fixture.ts';
import { type Load, type Measured, measure } from './load.ts';
import { median } from './median.ts';
import type { BenchStore } from './stores.ts';
import { printTable, ratio, whole } from './table.ts';

/** How many rounds of how many callers, odd. One alone swings most with what else the machine does. */
const ROUNDS: ReadonlyMap<number, number> = new Map([
  [1, 21],
  [16, 11],
  [64, 11],
]);
const BARE_ROUNDS = 5;
const SECONDS = 1;
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
 * and for pushes the database alone. Prints a table.
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
  const rows: string[][] = [];
  const results = new Map<number, Measured>();
  for (const [callers, count] of ROUNDS) {
    const rounds: Rounds = { plain: [], ours: [], bare: [] };
    for (let round = 0; round < count; round++) {
      if (what === 'pushes' && round < BARE_ROUNDS)
        rounds.bare.push(await bareUpserts(bareLocation, callers, SECONDS));
      const order = round % 2 === 0 ? (['plain', 'ours'] as const) : (['ours', 'plain'] as const);
      for (const name of order) {
        rounds[name].push(await measure(servers[name], load, { callers, seconds: SECONDS }));
      }
    }
    rows.push(rowOf(callers, rounds));
    results.set(callers, middle(rounds.ours));
  }
  for (const server of Object.values(servers)) await server.stop();
  printTable(`${what} a second, ${store.engine}, ${whole(stored)} stored credentials`, HEAD, rows);
  return results;
}

/** What was measured of one number of callers, a round beside a round. */
interface Rounds {
  readonly plain: Measured[];
  readonly ours: Measured[];
  /** Upserts a second of the database alone. */
  readonly bare: number[];
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

const HEAD = [
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
];

function rowOf(callers: number, rounds: Rounds): string[] {
  const [plain, ours, bare] = [middle(rounds.plain), middle(rounds.ours), median(rounds.bare)];
  const pushes = rounds.bare.length > 0;
  // What disturbs the machine for longer than a round disturbs both sides of it.
  const toPlain = median(
    rounds.ours.map((mine, round) => mine.perSecond / (rounds.plain[round]?.perSecond ?? 0)),
  );
  return [
    String(callers),
    pushes ? whole(bare) : '',
    whole(plain.perSecond),
    whole(ours.perSecond),
    ratio(toPlain, 1),
    pushes ? ratio(ours.perSecond, bare) : '',
    `${ours.p50} / ${ours.p99}`,
    `${plain.cpuPer1000.toFixed(3)} / ${ours.cpuPer1000.toFixed(3)}`,
    whole(ours.rssMb),
    String(plain.errors + ours.errors),
  ];
}
