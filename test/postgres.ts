import type { TestProject } from 'vitest/node';
import { findBinaries, startCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An administrator's connection string, or null where there is no PostgreSQL. */
    postgresUrl: string | null;
  }
}

const INSTALL =
  'Install it (Debian: apt-get install postgresql) or set TEST_DATABASE_URL to one that may create databases.';

/** Gives every test file a PostgreSQL: that of TEST_DATABASE_URL, else a private one for this run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return;
  }
  if (findBinaries() === null) {
    if (process.env.CI === 'true') throw new Error(`No PostgreSQL for the tests. ${INSTALL}`);
    console.warn(`No PostgreSQL found: its tests are skipped. ${INSTALL}`);
    project.provide('postgresUrl', null);
    return;
  }
  const cluster = await startCluster({ fsync: true });
  process.once('exit', cluster.kill);
  project.provide('postgresUrl', cluster.url);
  return async () => {
    process.removeListener('exit', cluster.kill);
    await cluster.dispose();
  };
}
