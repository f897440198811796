/** A role over many rows, which tells how its event loop fares, and does its jobs when it is told to. */
import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { watchEachTurn, watchLoop } from '../../test/loop-delay.ts';
import { benchConfig } from '../fixture.ts';
import { jobsOf, NOWHERE } from '../scale/jobs.ts';
import { benchPlatformConfig } from '../tokens/grants.ts';
import { reportTo } from './report.ts';

const location = JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation;
const { role } = JSON.parse(process.argv[3] ?? '{}') as { role: 'instance' | 'platform' };
const log = createLog('info');
const served =
  role === 'instance'
    ? await createInstance(benchConfig(location), { log })
    : await createPlatform(benchPlatformConfig(location, NOWHERE), { log });
const jobs = jobsOf(role, served);
const listener = await listen(served.fetch, { port: 0, host: '127.0.0.1' });
const loop = watchEachTurn();

process.on('message', async message => {
  if (message === 'loop') process.send?.(loop.take());
  const { job } = message as { job?: string };
  if (job === undefined) return;
  const began = performance.now();
  const { heldMs, stoodMs } = await watchLoop(async () => jobs[job]?.());
  process.send?.({ ms: performance.now() - began, heldMs, stoodMs });
});
reportTo(process, listener.url, async () => {
  await listener.close(0);
  await served.close();
});
