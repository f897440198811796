import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { credentialText, USERS } from '../fixture.ts';
import { bareStore } from './bare-store.ts';

// The database alone: the upsert through the driver, no HTTP. argv: location, callers, seconds.
const store = bareStore(JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation);
const [callers, seconds] = [Number(process.argv[3]), Number(process.argv[4])];
const text = credentialText();
const end = performance.now() + seconds * 1000;
let done = 0;
await Promise.all(
  Array.from({ length: callers }, async (_, caller) => {
    for (let i = caller; performance.now() < end; i += callers) {
      await store.upsert(1 + (i % USERS), text);
      done++;
    }
  }),
);
await store.close();
process.send?.({ perSecond: done / seconds });
process.disconnect?.();
