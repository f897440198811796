import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { findBinaries } from '../cluster.ts';
import { type HangCell, hangCell, long } from './cells.ts';
import { type DatabaseGround, databaseGround } from './database-ground.ts';

const SILENT_MS = long ? 30_000 : 8_000;
/** All connections are lost in each. */
const SILENCES = long ? 20 : 1;
const FAULT_MS = long ? 20_000 : 4_000;
const TIMEOUT_MS = long ? 1_500_000 : 300_000;

/** Both roles on one PostgreSQL under a load of pushes, reads, refreshes and looks at their health. */
function databaseCell(
  cell: Pick<HangCell, 'fault' | 'detail' | 'promised'>,
  run: (ground: DatabaseGround) => Promise<void>,
  within = 10_000,
): void {
  hangCell(
    {
      neighbour: 'database',
      engine: 'postgres',
      available: findBinaries() !== null,
      timeoutMs: TIMEOUT_MS,
      ...cell,
    },
    async () => {
      const ground = await databaseGround();
      const end = ground.load();
      await wait(500);
      await run(ground);
      const recoveryMs = await ground.recovered();
      await end();
      const { seen, logged } = ground;
      expect(seen.mixedUp).toEqual([]);
      // A machine that does something else besides takes its time; not several times as much.
      expect(recoveryMs).toBeLessThan(within * 3);
      // Whoever was told 503 by a route can find out why.
      const refused = [...seen.answers].filter(([name]) => /^push 503/.test(name));
      const told = refused.reduce((sum, [, count]) => sum + count, 0);
      expect(logged.filter(({ msg }) => msg === 'request failed')).toHaveLength(told);
      return {
        longestWaitMs: seen.longestWaitMs,
        recoveryMs,
        lost: await ground.lost(),
        reused: ground.reused(),
      };
    },
  );
}

databaseCell(
  {
    fault: 'silent',
    promised: 'callers get 503 within 15 s, health answers within 2 s; all works 10 s after the network does',
  },
  async ({ relay, recovered, seen }) => {
    for (let round = 1; round <= SILENCES; round += 1) {
      relay.set('silent');
      await wait(SILENT_MS);
      relay.set('whole');
      const recoveryMs = Math.round(await recovered());
      if (long)
        console.log(`silence ${round}: all works after ${recoveryMs} ms, mixed up ${seen.mixedUp.length}`);
      expect(recoveryMs).toBeLessThan(30_000);
    }
  },
);

databaseCell(
  {
    fault: 'silent',
    detail: 'with bytes lost on connections that go on',
    promised: 'nobody is given the answer to another question',
  },
  async ({ relay }) => {
    for (let round = 0; round < 3; round += 1) {
      relay.set('lossy');
      await wait(SILENT_MS / 4);
      relay.set('whole');
      await wait(300);
    }
  },
);

databaseCell({ fault: 'slow', promised: 'all is answered, later' }, async ({ relay }) => {
  relay.set({ slowMs: 200 });
  await wait(FAULT_MS);
  relay.set('whole');
});

databaseCell(
  { fault: 'resets', promised: 'reads and transactions are repeated unseen; other writes get 503' },
  async ({ relay }) => {
    for (let round = 0; round < FAULT_MS / 500; round += 1) {
      relay.reset();
      await wait(500);
    }
  },
);

databaseCell(
  { fault: 'half answer', promised: 'nobody is given half an answer, or that of another' },
  async ({ relay }) => {
    for (const bytes of [1, 5, 40, 200]) {
      relay.halve(bytes);
      await wait(FAULT_MS / 8);
      relay.set('whole');
      await wait(FAULT_MS / 8);
    }
  },
);

databaseCell(
  {
    fault: 'resets',
    detail: 'all its backends ended each second',
    promised: 'what the server did not do is repeated unseen',
  },
  async ({ direct }) => {
    for (let round = 0; round < FAULT_MS / 1_000; round += 1) {
      await direct.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()',
      );
      await wait(1_000);
    }
  },
);

databaseCell(
  {
    fault: 'resets',
    detail: 'stopped for 2 s and started',
    promised: 'all works 5 s after it takes connections',
  },
  async ({ cluster }) => {
    for (const mode of ['fast', 'immediate'] as const) {
      await cluster.stop(mode);
      await wait(2_000);
      await cluster.start();
    }
  },
  5_000,
);

databaseCell(
  {
    fault: 'full',
    detail: 'no connection left',
    promised: 'what has a connection works; the rest gets 503 until there is one',
  },
  async ({ direct, relay, cluster }) => {
    await direct.query('alter system set max_connections = 12');
    await cluster.stop('fast');
    await cluster.start();
    await wait(FAULT_MS);
    relay.reset();
    await wait(FAULT_MS);
  },
);

databaseCell(
  {
    fault: 'paused',
    detail: 'its backends stopped, then going on',
    promised: 'what was given up does not overwrite what came after it',
  },
  async ({ direct }) => {
    const { rows } = await direct.query<{ pid: number }>(
      'select pid from pg_stat_activity where backend_type = $1 and pid <> pg_backend_pid()',
      ['client backend'],
    );
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
    await wait(SILENT_MS + 4_000);
    for (const { pid } of rows) process.kill(pid, 'SIGCONT');
  },
);

databaseCell(
  {
    fault: 'paused',
    detail: 'a table locked',
    promised: 'its writers get 503 after 5 s; all works when the lock is gone',
  },
  async ({ cluster }) => {
    const holder = new pg.Client({ connectionString: cluster.url.replace(/postgres$/, 'instance') });
    await holder.connect();
    await holder.query('begin; lock table "Credential" in exclusive mode');
    await wait(long ? 20_000 : 7_000);
    await holder.query('rollback');
    await holder.end();
  },
  5_000,
);

databaseCell(
  {
    fault: 'slow',
    detail: 'statement_timeout of 200 ms on the role',
    promised: 'the limit of the operator holds, and what it ends gets 503',
  },
  async ({ direct, relay }) => {
    await direct.query("alter role keyferry set statement_timeout = '200ms'");
    relay.reset();
    await wait(FAULT_MS);
  },
);
