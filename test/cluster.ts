import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** A private PostgreSQL on a free port of loopback, owned by whoever started it. */
export interface Cluster {
  /** An administrator's connection string: it may create databases. */
  readonly url: string;
  /** `fast` ends the sessions and writes a checkpoint; `immediate` leaves the recovery to the next start. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>;
  /** Hands a folder to whom the cluster runs as, so that it can hold a tablespace. */
  own(folder: string): void;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
  /** The same without waiting, for the end of the process. */
  kill(): void;
}

/** The folder that holds `initdb` and `postgres`, or null where PostgreSQL is not installed. */
export function findBinaries(): string | null {
  const installed = '/usr/lib/postgresql';
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  versions.sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(folder => folder !== ''),
    ...versions.map(version => join(installed, version, 'bin')),
  ];
  return (
    folders.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
  );
}

/**
 * Makes a cluster in a temporary folder and starts it. PostgreSQL refuses to run as root, so root hands it
 * to the user `postgres`, or to `nobody`.
 * @throws Error when there are no binaries, or with PostgreSQL's own log when it does not start
 */
export async function startCluster({ fsync }: { readonly fsync: boolean }): Promise<Cluster> {
  const binaries = findBinaries();
  if (binaries === null) throw new Error('PostgreSQL is not installed.');
  const owner = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-postgres-'));
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const log = join(folder, 'postgres.log');
  const port = await freePort();
  const url = `postgresql://keyferry@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | null = null;

  const cluster: Cluster = {
    url,
    async start() {
      const output = openSync(log, 'a', 0o600);
      const settings = [
        'listen_addresses=127.0.0.1',
        `port=${port}`,
        `unix_socket_directories=${folder}`,
        'max_connections=200',
        `fsync=${fsync ? 'on' : 'off'}`,
      ];
      const started = spawn(
        join(binaries, 'postgres'),
        ['-D', data, ...settings.flatMap(setting => ['-c', setting])],
        // Its own process group, so that Ctrl-C reaches us alone and we stop it.
        { ...owner, cwd: folder, detached: true, stdio: ['ignore', output, output] },
      );
      closeSync(output);
      server = started;
      try {
        await accepts(url, started);
      } catch (error) {
        throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8')}`, { cause: error });
      }
    },
    async stop(mode) {
      const running = server;
      server = null;
      if (running === null || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise(resolve => running.once('exit', resolve));
      running.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await ended;
    },
    own(path) {
      if (owner !== null) chownSync(path, owner.uid, owner.gid);
    },
    async dispose() {
      await cluster.stop('immediate');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
    kill() {
      // Waits until it has ended: what still writes cannot be removed.
      const stop = ['stop', '-D', data, '-m', 'immediate', '-w', '-t', '10'];
      if (server !== null)
        spawnSync(join(binaries, 'pg_ctl'), stop, { ...owner, cwd: folder, stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };

  try {
    // Trust is for loopback and the private socket folder alone: nothing else is listened on.
    const options = ['-D', data, '-U', 'keyferry', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(binaries, 'initdb'), options, { ...owner, cwd: folder, stdio: 'pipe' });
    await cluster.start();
  } catch (error) {
    await cluster.dispose();
    throw error;
  }
  return cluster;
}

/** Whom the cluster runs as: null for ourselves. */
function unprivileged(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody.');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function accepts(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error(`it ended with status ${server.exitCode}`);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return;
    } catch {
      await wait(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Error('it accepts no connection');
}
