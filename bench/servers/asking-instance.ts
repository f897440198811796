import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { WEBHOOK_PATH } from '../../src/protocol/index.ts';
import { benchConfig } from '../fixture.ts';
import { sharedNow } from './listening.ts';
import { reportTo } from './report.ts';

// An instance with a platform to ask; it tells when a push has been stored.
const location = JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation;
const { endpoint } = JSON.parse(process.argv[3] ?? '{}') as { endpoint: string | null };
const { sync, ...config } = benchConfig(location);
const instance = await createInstance({ ...config, sync: { ...sync, endpoint } }, { log: createLog('info') });

let waiting = false;
let storedAt: number | null = null;
function tell(): void {
  if (!waiting || storedAt === null) return;
  process.send?.({ at: storedAt });
  waiting = false;
  storedAt = null;
}
process.on('message', message => {
  if (message !== 'pushed') return;
  waiting = true;
  tell();
});
const listener = await listen(
  async request => {
    const response = await instance.fetch(request);
    if (new URL(request.url).pathname === WEBHOOK_PATH) {
      storedAt = sharedNow();
      tell();
    }
    return response;
  },
  { port: 0, host: '127.0.0.1' },
);
reportTo(process, listener.url, async () => {
  await listener.close(0);
  await instance.close();
});
