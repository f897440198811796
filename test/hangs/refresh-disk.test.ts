import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { findBinaries, startCluster } from '../cluster.ts';
import { hangCell, long } from './cells.ts';
import { refreshHangs } from './refresh-ground.ts';
import { mountable, smallDisk } from './small-disk.ts';

/** How many refreshes have been sent and not answered when the fault begins: 64 connections go to one provider at most. */
const GRANTS = long ? 60 : 20;
const LENGTHS = long ? [10, 60, ...(process.env.KEYFERRY_TEST_HOUR === '1' ? [600] : [])] : [3];
const postgres = findBinaries() !== null;

const PROMISED =
  'Refreshes under way end well: their answers serve from memory and are written when there is room. No other is sent.';

for (const seconds of LENGTHS) {
  const timeoutMs = 180_000 + seconds * 2_000;
  const detail = (what: string) => `${what} for ${seconds} s, ${GRANTS} refreshes under way`;

  hangCell(
    {
      neighbour: 'disk',
      fault: 'full',
      engine: 'sqlite',
      detail: detail('no room'),
      promised: PROMISED,
      available: mountable,
      timeoutMs,
    },
    async () => {
      const disk = smallDisk(32);
      const { strike } = await refreshHangs({ file: join(disk.folder, 'data', 'platform.db') }, GRANTS);
      return strike({ begin: disk.fill, end: disk.empty, reads: true, total: true }, seconds * 1_000);
    },
  );

  hangCell(
    {
      neighbour: 'disk',
      fault: 'full',
      engine: 'sqlite',
      detail: detail('read-only'),
      promised: PROMISED,
      available: mountable,
      timeoutMs,
    },
    async () => {
      const disk = smallDisk(64);
      const data = join(disk.folder, 'data');
      const { strike } = await refreshHangs({ file: join(data, 'platform.db') }, GRANTS);
      const fault = { begin: () => disk.forbid(data), end: () => disk.allow(data), reads: true, total: true };
      return strike(fault, seconds * 1_000);
    },
  );

  hangCell(
    {
      neighbour: 'disk',
      fault: 'full',
      engine: 'postgres',
      detail: detail('no room'),
      promised: PROMISED,
      available: mountable && postgres,
      timeoutMs,
    },
    async () => {
      const disk = smallDisk(64);
      const { url } = await clusterOn(disk.folder);
      const { strike } = await refreshHangs({ url }, GRANTS);
      return strike({ begin: disk.fill, end: disk.empty, reads: true, total: false }, seconds * 1_000);
    },
  );

  hangCell(
    {
      neighbour: 'disk',
      fault: 'full',
      engine: 'postgres',
      detail: detail('read-only'),
      promised: PROMISED,
      available: postgres,
      timeoutMs,
    },
    async () => {
      const { url, administer } = await clusterOn(null);
      const { strike } = await refreshHangs({ url }, GRANTS);
      const readOnly = (value: 'on' | 'off') => async () => {
        await administer(`alter system set default_transaction_read_only = ${value}`);
        await administer('select pg_reload_conf()');
      };
      return strike(
        { begin: readOnly('on'), end: readOnly('off'), reads: true, total: true },
        seconds * 1_000,
      );
    },
  );
}

/** A cluster, with a database whose tables lie in that folder. */
async function clusterOn(folder: string | null) {
  const cluster = await startCluster({ fsync: false });
  onTestFinished(cluster.dispose);
  const administer = async (statement: string) => {
    // A cluster that was made read-only is made writable again by this.
    const client = new pg.Client({
      connectionString: cluster.url,
      options: '-c default_transaction_read_only=off',
    });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  if (folder === null) {
    await administer('create database platform');
  } else {
    const space = join(folder, 'space');
    mkdirSync(space);
    chmodSync(folder, 0o755);
    cluster.own(space);
    await administer(`create tablespace small location '${space}'`);
    await administer('create database platform tablespace small');
  }
  const url = new URL(cluster.url);
  url.pathname = '/platform';
  return { url: url.href, administer };
}
