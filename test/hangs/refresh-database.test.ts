import pg from 'pg';
import { onTestFinished } from 'vitest';
import { findBinaries, startCluster } from '../cluster.ts';
import { hangCell, long } from './cells.ts';
import { refreshHangs } from './refresh-ground.ts';

const GRANTS = long ? 60 : 20;
const LENGTHS = long ? [20, 60, ...(process.env.KEYFERRY_TEST_HOUR === '1' ? [300] : [])] : [3];

for (const seconds of LENGTHS) {
  hangCell(
    {
      neighbour: 'database',
      fault: 'silent',
      engine: 'postgres',
      detail: `stopped for ${seconds} s, ${GRANTS} refreshes under way`,
      promised: 'Refreshes under way end well: their answers are held in memory and written when it is back.',
      available: findBinaries() !== null,
      timeoutMs: 180_000 + seconds * 2_000,
    },
    async () => {
      const cluster = await startCluster({ fsync: false });
      onTestFinished(cluster.dispose);
      const client = new pg.Client({ connectionString: cluster.url });
      await client.connect();
      await client.query('create database platform');
      await client.end();
      const url = new URL(cluster.url);
      url.pathname = '/platform';
      const { strike } = await refreshHangs({ url: url.href }, GRANTS);
      const fault = { begin: () => cluster.stop('fast'), end: cluster.start, reads: false, total: true };
      return strike(fault, seconds * 1_000);
    },
  );
}
