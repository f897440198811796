import { sql } from 'kysely';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { type Around, benchPlatformConfig } from '../tokens/grants.ts';
import { reportTo } from './report.ts';

interface Options extends Around {
  /** Whether it delivers by itself. */
  readonly started: boolean;
}

const location = JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation;
const { started, ...around } = JSON.parse(process.argv[3] ?? '{}') as Options;
const platform = await createPlatform(benchPlatformConfig(location, around), { log: createLog('info') });
const listener = await listen(platform.fetch, { port: 0, host: '127.0.0.1' });
if (started) platform.start();

/** Makes so many grants due, and measures how they are refreshed. */
async function ahead(due: number): Promise<object> {
  const { db } = platform.database;
  await sql`update "connection" set "refreshDueAt" = ${Date.now()} where "id" in (
    select "id" from "connection" order by "refreshDueAt" limit ${due})`.execute(db);
  const [from, before] = [performance.now(), process.cpuUsage()];
  const handled = await platform.runAhead();
  const { user, system } = process.cpuUsage(before);
  const { rows } = await sql<{ left: number }>`
    select count(*) as "left" from "connection" where "refreshDueAt" <= ${Date.now()}`.execute(db);
  return {
    ms: performance.now() - from,
    cpuMs: (user + system) / 1000,
    handled: handled - Number(rows[0]?.left),
  };
}
process.on('message', message => {
  const { due } = message as { due?: number };
  if (due !== undefined) void ahead(due).then(measured => process.send?.(measured));
});
reportTo(process, listener.url, async () => {
  await listener.close(0);
  await platform.close();
});
