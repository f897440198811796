import { type ServerProcess, startServer } from '../child.ts';
import { API_KEY } from '../fixture.ts';
import { quantile } from '../median.ts';
import type { BenchStore } from '../stores.ts';
import { printTable, ratio, whole } from '../table.ts';
import { prepareFullInstance, prepareFullPlatform } from './fill.ts';
import { type Asked, instanceRoutes, platformRoutes } from './routes.ts';

/** How often each is asked, unless that takes too long. */
const CALLS = 31;
const LONGEST_MS = 2_000;

interface Measured {
  /** Milliseconds: of the first call, and of the middle one of the others. */
  readonly firstMs: number;
  readonly ms: number;
  /** The longest that the event loop of the server was held by one turn, in milliseconds of its own time. */
  readonly heldMs: number;
}

const ROLES = {
  instance: { prepare: prepareFullInstance, routes: instanceRoutes, jobs: ['prune'] },
  platform: {
    prepare: prepareFullPlatform,
    routes: platformRoutes,
    jobs: ['claim 16 deliveries', 'claim 16 refreshes', 'the first due of each app', 'prune'],
  },
} as const;

/** Every page, search and count, and every job, at few and at many rows: how long, and how long it holds the loop. */
export async function measureScale(
  store: BenchStore,
  [fewRows, manyRows]: readonly [few: number, many: number],
): Promise<void> {
  for (const role of ['instance', 'platform'] as const) {
    const few = await measureRole(store, role, fewRows);
    const many = await measureRole(store, role, manyRows);
    const rows = [...few].map(([name, small]) => {
      const large = many.get(name) as Measured;
      return [
        name,
        ...[small.ms, large.ms].map(ms => ms.toFixed(2)),
        ratio(large.ms, small.ms),
        large.firstMs.toFixed(1),
        ...[small.heldMs, large.heldMs].map(ms => ms.toFixed(1)),
      ];
    });
    printTable(
      `${role}, ${store.engine}: ms each, and the longest that the event loop was held`,
      [
        '',
        whole(fewRows),
        whole(manyRows),
        'ratio',
        'first call',
        `held, ${whole(fewRows)}`,
        `held, ${whole(manyRows)}`,
      ],
      rows,
    );
  }
}

async function measureRole(
  store: BenchStore,
  role: keyof typeof ROLES,
  stored: number,
): Promise<Map<string, Measured>> {
  const { prepare, routes, jobs } = ROLES[role];
  const server = await startServer('full', await store.fresh(stored, prepare), { more: { role } });
  const measured = new Map<string, Measured>();
  try {
    // What a process does for the first time, whatever is asked.
    await ask(server, { name: '', path: '/api/openapi.json' });
    for (const asked of routes(stored)) measured.set(asked.name, await measureRoute(server, asked));
    for (const job of jobs) measured.set(job, await measureJob(server, job));
  } finally {
    await server.stop();
  }
  return measured;
}

async function measureRoute(server: ServerProcess, asked: Asked): Promise<Measured> {
  await server.ask('loop');
  return summary(asked.once === true ? 1 : CALLS, async () => {
    const began = performance.now();
    await ask(server, asked);
    const ms = performance.now() - began;
    return { ms, ...(await server.ask<{ heldMs: number }>('loop')) };
  });
}

function measureJob(server: ServerProcess, job: string): Promise<Measured> {
  return summary(CALLS, () => server.ask<{ ms: number; heldMs: number }>({ job }));
}

async function summary(
  calls: number,
  call: () => Promise<{ ms: number; heldMs: number }>,
): Promise<Measured> {
  const times: number[] = [];
  let heldMs = 0;
  const began = performance.now();
  for (let at = 0; at < calls && (at < 2 || performance.now() - began < LONGEST_MS); at++) {
    const one = await call();
    times.push(one.ms);
    heldMs = Math.max(heldMs, one.heldMs);
  }
  const [firstMs = 0, ...others] = times;
  return { firstMs, heldMs, ms: others.length === 0 ? firstMs : quantile(others, 0.5) };
}

async function ask({ url }: ServerProcess, { method = 'GET', path, body }: Asked): Promise<void> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
}
