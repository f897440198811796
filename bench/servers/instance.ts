import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { benchConfig } from '../fixture.ts';
import { reportTo } from './report.ts';

const location = JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation;
const instance = await createInstance(benchConfig(location), { log: createLog('info') });
const listener = await listen(instance.fetch, {
  port: 0,
  host: '127.0.0.1',
  direct: instance.direct,
});
reportTo(process, listener.url, async () => {
  await listener.close(0);
  await instance.close();
});
