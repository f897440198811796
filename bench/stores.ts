import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { DatabaseLocation, Engine } from '../src/lib/db/index.ts';
import { findBinaries, startCluster } from '../test/cluster.ts';
import { prepare as prepareInstance } from './fixture.ts';

export type Prepare = (location: DatabaseLocation, stored: number) => Promise<void>;

export interface BenchStore {
  readonly engine: Engine;
  /**
   * A database with so many stored credentials, or grants; the same content each time it is asked for.
   * @param prepare fills an empty one
   */
  fresh(stored: number, prepare?: Prepare): Promise<DatabaseLocation>;
  dispose(): Promise<void>;
}

/** A store of each engine: SQLite in a folder, and a private PostgreSQL with fsync where it is installed. */
export async function openStores(): Promise<BenchStore[]> {
  const stores = [sqliteStore()];
  if (findBinaries() === null) console.error('PostgreSQL is not installed: it is not measured.');
  else stores.push(await postgresStore());
  return stores;
}

function sqliteStore(): BenchStore {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-bench-'));
  const made = new Set<string>();
  let copies = 0;
  return {
    engine: 'sqlite',
    async fresh(stored, prepare = prepareInstance) {
      const template = join(folder, `template-${prepare.name}-${stored}.db`);
      if (!made.has(template)) await prepare({ file: template }, stored);
      made.add(template);
      const file = join(folder, `copy-${copies++}.db`);
      copyFileSync(template, file);
      return { file };
    },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgresStore(): Promise<BenchStore> {
  const cluster = await startCluster({ fsync: true });
  const made = new Set<string>();
  let copies = 0;
  const urlOf = (name: string) => Object.assign(new URL(cluster.url), { pathname: `/${name}` }).href;
  async function administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
  return {
    engine: 'postgres',
    async fresh(stored, prepare = prepareInstance) {
      const template = `template_${prepare.name.toLowerCase()}_${stored}`;
      if (!made.has(template)) {
        await administer(`create database ${template}`);
        await prepare({ url: urlOf(template) }, stored);
        made.add(template);
      }
      const name = `copy_${copies++}`;
      await administer(`create database ${name} template ${template}`);
      await administer('checkpoint');
      return { url: urlOf(name) };
    },
    dispose: () => cluster.dispose(),
  };
}
