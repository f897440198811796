import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { API_KEY, prepare, pushBody, SECRET, SLUG, USERS } from './fixture.ts';
import { measure } from './load.ts';

const [, , what, callers] = process.argv;
const location = { file: mkdtempSync('/tmp/kf-bench-') + '/i.db' };
await prepare(location, USERS);
const child = fork('/work/main/bench/servers/instance.ts', [JSON.stringify(location)], {
  execArgv: ['--cpu-prof', '--cpu-prof-dir=/tmp/prof', '--cpu-prof-interval=500'],
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [{ url }] = (await once(child, 'message')) as [{ url: string }];
const server = {
  url,
  usage: async () => {
    child.send('usage');
    const [m] = await once(child, 'message');
    return (m as any).usage;
  },
  stop: async () => {
    const e = once(child, 'exit');
    child.send('stop');
    await e;
  },
};
const load =
  what === 'read'
    ? {
        path: '/api/keyferry/v1/access-token',
        headers: { authorization: `Bearer ${API_KEY}` },
        bodies: Array.from({ length: USERS }, (_, i) => JSON.stringify({ userId: i + 1, appSlug: SLUG })),
      }
    : {
        path: '/api/webhook/app-credential',
        headers: { 'calcom-webhook-secret': SECRET },
        bodies: Array.from({ length: USERS }, (_, i) => pushBody(i + 1)),
      };
console.log(await measure(server, load, { callers: Number(callers), seconds: 5 }));
await server.stop();
