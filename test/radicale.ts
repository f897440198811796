import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { listening } from './platform/server.ts';
import { temporaryFolder } from './temp.ts';

/** Whether Radicale, a CalDAV server that is not ours, is installed here. */
export const hasRadicale = spawnSync('radicale', ['--version']).status === 0;

export const ADA = { username: 'ada', password: 'correct horse: é' };

if (!hasRadicale && process.env.CI === 'true') {
  throw new Error('No Radicale for the tests. Install it (Debian: apt-get install radicale).');
}

/** Radicale on loopback with one user; ended when the test has finished. @returns its address */
export async function startRadicale(): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(`${folder}/users`, `${ADA.username}:${ADA.password}\n`);
  const url = await freeAddress();
  const options = {
    'server-hosts': new URL(url).host,
    'auth-type': 'htpasswd',
    'auth-htpasswd-filename': `${folder}/users`,
    'auth-htpasswd-encryption': 'plain',
    'auth-delay': '0',
    'storage-filesystem-folder': `${folder}/collections`,
  };
  const server = spawn(
    'radicale',
    ['--config', '', ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const gone = once(server, 'exit');
    if (server.exitCode === null && server.kill()) await gone;
  });
  for (let tries = 1; ; tries += 1) {
    try {
      await fetch(url, { redirect: 'manual' });
      return url;
    } catch (error) {
      if (tries === 200 || server.exitCode !== null) throw error;
      await wait(50);
    }
  }
}

/** One that nobody listened on a moment ago: Radicale does not tell which port it took. */
async function freeAddress(): Promise<string> {
  const server = createServer();
  const url = await listening(server as never);
  await new Promise(resolve => server.close(resolve));
  return `${url}/`;
}
