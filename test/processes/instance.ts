import { flushCompileCache } from 'node:module';
import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { instanceConfig } from '../instance.ts';
import { GRACEFUL } from '../platform/like-zoom.ts';
import { crashPoint } from './crash-point.ts';

/** An instance that asks the sync endpoint of its second argument, on a free port, until it is killed. */
const location = JSON.parse(process.argv[2] ?? '') as DatabaseLocation;
const config = instanceConfig(location, { sync: { endpoint: process.argv[3] ?? null }, apps: [GRACEFUL] });
const instance = await createInstance(config, { log: createLog('silent'), step: crashPoint() });
const { url } = await listen(instance.fetch, {
  port: 0,
  host: '127.0.0.1',
  direct: instance.direct,
});
process.on('disconnect', () => process.exit());
process.send?.({ url });
// The next start is quicker by half; a process that is killed would not write it.
flushCompileCache();
