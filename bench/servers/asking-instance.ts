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
/** Tells once an answer to a push is made. */
async function telling<Answer>(path: string, answer: Promise<Answer>): Promise<Answer> {
  const made = await answer;
  if (path === WEBHOOK_PATH) {
    storedAt = sharedNow();
    tell();
  }
  return made;
}
const listener = await listen(
  request => telling(new URL(request.url).pathname, Promise.resolve(instance.fetch(request))),
  {
    port: 0,
    host: '127.0.0.1',
    direct(path) {
      const route = instance.direct(path);
      return route && { ...route, answer: body => telling(path, route.answer(body)) };
    },
  },
);
reportTo(process, listener.url, async () => {
  await listener.close(0);
  await instance.close();
});
