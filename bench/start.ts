import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './median.ts';
import { printTable, whole } from './table.ts';

const STARTS = 5;
const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** From the start of the process to the first answered request, and the memory it then has. */
export async function measureStart(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'keyferry-start-'));
  await start(['up', '--sandbox'], data);
  const rows: string[][] = [];
  for (const [name, args] of [
    ['up --sandbox', ['up', '--sandbox']],
    ['up', ['up']],
  ] as const) {
    const starts: { ms: number; rssMb: number }[] = [];
    for (let count = 0; count < STARTS; count++) starts.push(await start(args, data));
    rows.push([
      name,
      whole(median(starts.map(({ ms }) => ms))),
      whole(median(starts.map(({ rssMb }) => rssMb))),
    ]);
  }
  rmSync(data, { recursive: true, force: true });
  printTable(
    'Start of the process to the first answer, SQLite, data folder in place',
    ['command', 'ms', 'RSS MB'],
    rows,
  );
}

async function start(args: readonly string[], data: string): Promise<{ ms: number; rssMb: number }> {
  const [instance, platform] = [await freePort(), await freePort()];
  const ports = ['--instance-port', String(instance), '--platform-port', String(platform)];
  const began = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args, ...ports, '--data', data], {
    stdio: 'ignore',
    cwd: data,
  });
  while (!(await answers(`http://127.0.0.1:${instance}/health/ready`))) {
    if (child.exitCode !== null) throw new Error(`keyferry ${args.join(' ')} ended with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  const ms = performance.now() - began;
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
  return { ms, rssMb: Number(kilobytes) / 1024 };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
