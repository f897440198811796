import { cpus, totalmem } from 'node:os';
import { measureCodec } from './codec.ts';
import { measureMemory } from './memory.ts';
import { measureRequests } from './requests.ts';
import { measureScale } from './scale/index.ts';
import { measureStart } from './start.ts';
import { openStores } from './stores.ts';
import { whole } from './table.ts';
import { measureTokens } from './tokens/index.ts';

// npm run bench [-- codec start requests memory tokens scale]: all parts, or those named.
const parts = new Set(process.argv.slice(2));
const wanted = (part: string) => parts.size === 0 || parts.has(part);
const [FEW, MANY] = [1_000, 200_000] as const;

const machine = `${cpus().length} x ${cpus()[0]?.model}, ${whole(totalmem() / 2 ** 30)} GB, ${process.platform}`;
console.log(`Machine: ${machine}. Node ${process.version}. ${new Date().toISOString().slice(0, 10)}.`);
console.log('The load generator, the server and the database share the processors.');

if (wanted('codec')) measureCodec();
if (wanted('start')) await measureStart();
const stores = ['requests', 'memory', 'tokens', 'scale'].some(wanted) ? await openStores() : [];
try {
  for (const store of stores) {
    if (wanted('requests')) {
      for (const what of ['pushes', 'reads'] as const) await measureRequests(store, what, [FEW, MANY]);
    }
    if (wanted('memory')) await measureMemory(store);
    if (wanted('tokens')) await measureTokens(store);
    if (wanted('scale')) await measureScale(store, [10_000, 1_000_000]);
  }
} finally {
  for (const store of stores) await store.dispose();
}
