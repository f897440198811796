import { bareUpserts, startServer } from './child.ts';
import { API_KEY, pushBody, SECRET, SLUG, USERS } from './fixture.ts';
import { type Load, type Measured, measure } from './load.ts';
import { median } from './median.ts';
import type { BenchStore } from './stores.ts';
import { printTable, ratio, whole } from './table.ts';

/** By callers: how many rounds, odd, of how many seconds. One alone swings most with what else the machine does. */
const ROUNDS: ReadonlyMap<number, { readonly rounds: number; readonly seconds: number }> = new Map([
  [1, { rounds: 61, seconds: 0.25 }],
  [16, { rounds: 9, seconds: 1 }],
  [64, { rounds: 9, seconds: 1 }],
]);
const BARE = { rounds: 5, seconds: 1 };
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

/**
 * Pushes or reads, ours against the plain handler, at each number of stored credentials, in turns, so that what
 * disturbs the machine disturbs all; and for pushes the database alone. Prints a table a number, and how ours grows.
 */
export async function measureRequests(
  store: BenchStore,
  what: keyof typeof LOADS,
  stored: readonly [few: number, many: number],
): Promise<void> {
  const load = LOADS[what]();
  const sides = [await openSide(store, stored[0]), await openSide(store, stored[1])] as const;
  for (const { plain, ours } of sides)
    for (const server of [plain, ours]) await measure(server, load, WARM_UP);
  const tables: readonly [string[][], string[][]] = [[], []];
  const growth: string[][] = [];
  for (const [callers, { rounds: count, seconds }] of ROUNDS) {
    const rounds: readonly [Rounds, Rounds] = [
      { plain: [], ours: [], bare: [] },
      { plain: [], ours: [], bare: [] },
    ];
    for (let round = 0; round < count; round++) {
      for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const [side, { plain, ours, bare }] = [sides[index], rounds[index]];
        if (what === 'pushes' && round < BARE.rounds) {
          bare.push(await bareUpserts(side.bareLocation, callers, BARE.seconds));
        }
        const amount = { callers, seconds };
        if (round % 2 === 0) plain.push(await measure(side.plain, load, amount));
        ours.push(await measure(side.ours, load, amount));
        if (round % 2 === 1) plain.push(await measure(side.plain, load, amount));
      }
    }
    const [few, many] = rounds;
    tables[0].push(rowOf(callers, few));
    tables[1].push(rowOf(callers, many));
    const rates = [few, many].map(({ ours }) => whole(middle(ours).perSecond));
    growth.push([String(callers), ...rates, ratio(betweenRounds(many.ours, few.ours), 1)]);
  }
  for (const { plain, ours } of sides) for (const server of [plain, ours]) await server.stop();
  for (const index of [0, 1] as const) {
    printTable(
      `${what} a second, ${store.engine}, ${whole(stored[index])} stored credentials`,
      HEAD,
      tables[index],
    );
  }
  printTable(
    `${what} a second by stored credentials, ${store.engine}`,
    ['callers', ...stored.map(whole), 'ratio'],
    growth,
  );
}

async function openSide(store: BenchStore, stored: number) {
  return {
    plain: await startServer('plain', await store.fresh(stored)),
    ours: await startServer('instance', await store.fresh(stored)),
    bareLocation: await store.fresh(stored),
  };
}

/** The median of the rounds' own ratios: what disturbs the machine for longer than a round disturbs both. */
function betweenRounds(some: readonly Measured[], others: readonly Measured[]): number {
  return median(some.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN)));
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
  return [
    String(callers),
    pushes ? whole(bare) : '',
    whole(plain.perSecond),
    whole(ours.perSecond),
    ratio(betweenRounds(rounds.ours, rounds.plain), 1),
    pushes ? ratio(ours.perSecond, bare) : '',
    `${ours.p50} / ${ours.p99}`,
    `${plain.cpuPer1000.toFixed(3)} / ${ours.cpuPer1000.toFixed(3)}`,
    whole(ours.rssMb),
    String(plain.errors + ours.errors),
  ];
}
