import { existsSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findBinaries, startCluster } from './cluster.ts';

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(findBinaries() === null)('a private cluster', () => {
  test.each(['fast', 'immediate'] as const)('keeps what was committed over a stop that is %s', async mode => {
    const cluster = await startCluster({ fsync: true });
    onTestFinished(() => cluster.dispose());
    await ask(cluster.url, 'create table t as select 1 as n');
    await cluster.stop(mode);
    await expect(ask(cluster.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    await cluster.start();
    expect(await ask(cluster.url, 'select n from t')).toEqual([{ n: 1 }]);
  });

  test('writes to the disk, listens on loopback alone, and leaves nothing behind', async () => {
    const cluster = await startCluster({ fsync: true });
    onTestFinished(() => cluster.dispose());
    const [settings] = await ask(
      cluster.url,
      `select current_setting('fsync') as fsync, current_setting('listen_addresses') as listens,
        current_setting('data_directory') as folder`,
    );
    expect(settings).toMatchObject({ fsync: 'on', listens: '127.0.0.1' });
    const { folder } = settings as { folder: string };
    expect(existsSync(folder)).toBe(true);
    await cluster.dispose();
    expect(existsSync(folder)).toBe(false);
  });
});
