import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { instanceConfig } from '../instance.ts';

/** An instance on the database of its argument, on a free port, until it is killed. */
const location = JSON.parse(process.argv[2] ?? '') as DatabaseLocation;
const instance = await createInstance(instanceConfig(location), { log: createLog('silent') });
const { url } = await listen(instance.fetch, {
  port: 0,
  host: '127.0.0.1',
  direct: instance.direct,
});
process.on('disconnect', () => process.exit());
process.send?.({ url });
