import { mkdtempSync } from 'node:fs';
import { createInstance } from '../src/instance/index.ts';
import { findCredential, storePushes } from '../src/instance/store/index.ts';
import { createLog } from '../src/lib/log.ts';
import { open, seal } from '../src/lib/sealed-box.ts';
import { benchConfig, KEYRING, prepare, SLUG, USERS } from './fixture.ts';

const location = { file: mkdtempSync('/tmp/kf-bench-') + '/i.db' };
await prepare(location, USERS);
const i = await createInstance(benchConfig(location), { log: createLog('silent') });
const N = 20000;
async function t(name: string, f: (k: number) => unknown) {
  for (let k = 0; k < 500; k++) await f(k);
  const c = process.cpuUsage();
  const s = performance.now();
  for (let k = 0; k < N; k++) await f(k);
  const u = process.cpuUsage(c);
  console.log(
    name,
    (((performance.now() - s) / N) * 1000).toFixed(1),
    'us wall',
    ((u.user + u.system) / N).toFixed(1),
    'us cpu',
  );
}
await t('find', k => findCredential(i.database, { userId: 1 + (k % USERS), appSlug: SLUG, account: '' }));
await t('accessToken', k => i.accessToken({ userId: 1 + (k % USERS), appSlug: SLUG }));
const body = (k: number) =>
  new Request('http://x/api/keyferry/v1/access-token', {
    method: 'POST',
    headers: {
      authorization: 'Bearer bench-api-key-0123456789abcdefghij',
      'content-type': 'application/json',
      'content-length': '45',
    },
    body: JSON.stringify({ userId: 1 + (k % USERS), appSlug: SLUG }),
  });
await t('fetch', async k => (await i.fetch(body(k))).text());
const row = (k: number) => ({ userId: 1 + (k % USERS), appId: SLUG, account: '' });

await t('seal 1k', () => seal(KEYRING, 'x'.repeat(1024), 'credential'));
const s = seal(KEYRING, 'x'.repeat(1024), 'credential');
await t('open 1k', () => open(KEYRING, s, 'credential'));
const p = (k: number) => ({ ...row(k), type: 'google_calendar', sealedKey: s, expiresAt: 1, at: k });
await t('store 1', k => storePushes(i.database, [p(k)]));
await t('store 64', k =>
  k % 64
    ? 0
    : storePushes(
        i.database,
        Array.from({ length: 64 }, (_, j) => p(k + j)),
      ),
);
await i.close();
