import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { USERS } from '../fixture.ts';
import { bareStore } from './bare-store.ts';
import { listening } from './listening.ts';
import { FORM_TYPE, post } from './post.ts';

// The same loop without us: a POST to the token endpoint and one upsert for each grant.
const store = bareStore(JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation);
const { tokenEndpoint, callers } = JSON.parse(process.argv[3] ?? '{}') as {
  tokenEndpoint: string;
  callers: number;
};

async function refreshAll(due: number): Promise<object> {
  const [from, before] = [performance.now(), process.cpuUsage()];
  let next = 0;
  async function work(): Promise<void> {
    while (next < due) {
      const userId = 1 + (next++ % USERS);
      const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: `of ${userId}` });
      await store.upsert(userId, await post(tokenEndpoint, form.toString(), FORM_TYPE));
    }
  }
  await Promise.all(Array.from({ length: callers }, work));
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000, handled: due };
}
process.on('message', message => {
  const { due } = message as { due?: number };
  if (due !== undefined) void refreshAll(due).then(measured => process.send?.(measured));
});
listening(
  () => ({}),
  () => store.close(),
);
