import { type ServerProcess, startServer } from './child.ts';
import { pushBody, SECRET, USERS } from './fixture.ts';
import { measure } from './load.ts';
import type { BenchStore } from './stores.ts';
import { printTable, whole } from './table.ts';

const STEPS = 8;
const REQUESTS = 25_000;

/** What the instance holds over 200,000 pushes: resident memory, and the heap after a full collection. */
export async function measureMemory(store: BenchStore): Promise<void> {
  const server = await startServer('instance', await store.fresh(USERS), { gc: true });
  const load = {
    path: '/api/webhook/app-credential',
    headers: { 'calcom-webhook-secret': SECRET },
    bodies: Array.from({ length: USERS }, (_, index) => pushBody(index + 1)),
  };
  const rows = [[...(await held(server, 0))]];
  for (let step = 1; step <= STEPS; step++) {
    await measure(server, load, { callers: 64, requests: REQUESTS });
    rows.push(await held(server, step * REQUESTS));
  }
  await server.stop();
  printTable(`Memory, ${store.engine}, 64 callers`, ['pushes', 'RSS MB', 'heap after collection MB'], rows);
}

async function held(server: ServerProcess, pushes: number): Promise<string[]> {
  const { rssMb, heapMb } = await server.usage();
  return [whole(pushes), whole(rssMb), heapMb.toFixed(1)];
}
