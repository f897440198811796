import { pushBody, USERS } from '../fixture.ts';
import { quantile } from '../median.ts';
import type { BenchStore } from '../stores.ts';
import { printTable, ratio, whole } from '../table.ts';
import { keepAlive } from './keep-alive.ts';
import { arrivalLatency, type Latencies, refreshLatency } from './latency.ts';
import { statementsPerToken } from './statements.ts';

const [FEW, MANY] = [1_000, 100_000];
const CALLS = 300;
const CALLERS = [1, 16] as const;
const DUE = 1_000;

/** Tokens that are kept alive: refreshes, their way to the instance, and what they cost. */
export async function measureTokens(store: BenchStore): Promise<void> {
  await reportStatements(store);
  const grown: string[][] = [];
  for (const callers of CALLERS) {
    const [few, many] = await refreshLatency(store, { stored: [FEW, MANY], calls: CALLS, callers });
    const name = `an access token that must be refreshed, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;
    reportLatency(store, `Milliseconds to ${name}`, 'three bare hops', few);
    grown.push(growth(`ms at the median, ${name}`, few, many));
  }
  const arrivals = async (stored: number) => arrivalLatency(store, { stored, calls: CALLS }, pushBody);
  const few = await arrivals(FEW);
  const arrival = "from the provider's answer to the instance having it";
  reportLatency(store, `Milliseconds ${arrival}`, 'bare POST and upsert', few);
  grown.push(growth(`ms at the median, ${arrival}`, few, await arrivals(MANY)));

  const [here, there] = [
    await keepAlive(store, { stored: FEW, due: DUE }),
    await keepAlive(store, { stored: MANY, due: DUE }),
  ];
  const rows = (['bare', 'ours'] as const).map(name => {
    const { perSecond, cpuMsEach } = here[name];
    const perHour = perSecond * 3600;
    const perCore = 3_600_000 / cpuMsEach;
    return [
      name === 'bare' ? 'bare loop' : 'Keyferry',
      whole(perHour),
      ratio(perSecond, here.bare.perSecond),
      whole(perCore),
      ratio(here.bare.cpuMsEach, cpuMsEach),
      cpuMsEach.toFixed(2),
    ];
  });
  const head = ['', 'an hour', 'ratio', 'an hour of one core', 'ratio', 'CPU ms each'];
  printTable(`Grants kept alive, ${store.engine}, ${whole(FEW)} stored grants, 32 at once`, head, rows);
  for (const [what, pick] of [
    ['ms a grant kept alive', ({ perSecond }) => 1000 / perSecond],
    ['CPU ms a grant kept alive', ({ cpuMsEach }) => cpuMsEach],
  ] as [string, (kept: typeof here.ours) => number][]) {
    const both = (of: 'ours' | 'bare') => [pick(here[of]), pick(there[of])] as const;
    grown.push(grownRow(what, both('ours'), both('bare')));
  }
  printTable(
    `Cost by stored grants, ${store.engine}`,
    ['', whole(FEW), whole(MANY), 'ratio', 'of the bare work'],
    grown,
  );
}

async function reportStatements(store: BenchStore): Promise<void> {
  const statements = await statementsPerToken(store);
  printTable(
    `A valid token over HTTP, ${store.engine}: statements a call (its speed: see reads)`,
    ['Keyferry', 'plain handler'],
    [[statements.toFixed(2), '1']],
  );
  if (USERS > FEW) throw new Error('More users are asked for than are stored.');
}

function reportLatency(store: BenchStore, title: string, bareName: string, { bare, ours }: Latencies): void {
  const rows = [0.5, 0.99].map(part => {
    const [alone, mine] = [quantile(bare, part), quantile(ours, part)];
    return [`p${part * 100}`, ...[alone, mine, mine - alone].map(ms => ms.toFixed(2)), ratio(mine, alone)];
  });
  printTable(`${title}, ${store.engine}`, ['', bareName, 'Keyferry', 'added', 'ratio'], rows);
}

function growth(name: string, few: Latencies, many: Latencies): string[] {
  const middle = (of: keyof Latencies) => [quantile(few[of], 0.5), quantile(many[of], 0.5)] as const;
  return grownRow(name, middle('ours'), middle('bare'));
}

type FewAndMany = readonly [few: number, many: number];

/** What grew, and beside it how the bare work of the same runs changed: that is the machine's part. */
function grownRow(name: string, [few, many]: FewAndMany, [bareFew, bareMany]: FewAndMany): string[] {
  return [name, few.toFixed(2), many.toFixed(2), ratio(many, few), ratio(bareMany, bareFew)];
}
