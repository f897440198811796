import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from '../temp.ts';
import { hangCell, long } from './cells.ts';
import { type Served, serveInstance, timeUntil, watchLife } from './sqlite-ground.ts';

const engine = 'sqlite' as const;

/** Pushes tokens with rising numbers for a time. */
function pushAll(side: Served) {
  let isOver = false;
  const seen = { acknowledged: 0, statuses: new Map<number, number>(), longestMs: 0 };
  const pushing = (async () => {
    for (let number = 1; !isOver; number += 1) {
      const began = performance.now();
      const status = await side.push(`token ${number}`);
      seen.longestMs = Math.max(seen.longestMs, performance.now() - began);
      seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
      if (status === 200) seen.acknowledged = number;
      await pause(10);
    }
  })();
  return {
    seen,
    async end() {
      isOver = true;
      await pushing;
      return seen;
    },
  };
}

const lostOf = async (side: Served, acknowledged: number) =>
  Number((await side.stored()).slice('token '.length)) >= acknowledged ? 0 : 1;

const LOCKED_MS = long ? 60_000 : 8_000;

hangCell(
  {
    ...{
      neighbour: 'database',
      fault: 'silent',
      engine,
      detail: `another process holds the lock for ${LOCKED_MS / 1_000} s`,
    },
    promised: 'Writes wait up to 5 s and are then answered 503 `busy`; reads and health go on.',
    timeoutMs: LOCKED_MS + 60_000,
  },
  async () => {
    const side = await serveInstance();
    expect(await side.push('token 0')).toBe(200);
    const holder = new Sqlite(side.file);
    onTestFinished(() => void holder.close());
    const life = watchLife(side);
    holder.exec('begin immediate');
    const pushes = pushAll(side);
    await pause(LOCKED_MS);
    expect(await side.stored()).toBe('token 0');
    holder.exec('commit');
    const recoveryMs = await timeUntil(async () => (await side.push('token 0')) === 200);
    const seen = await pushes.end();
    expect(await side.push('token 999999')).toBe(200);
    expect(seen.statuses.get(503)).toBeGreaterThan(0);
    // What holds the thread up holds up all of these. Generous: the machine may be busy.
    expect(await life()).toBeLessThan(4_000);
    expect((await side.ready()).status).toBe(200);
    return { longestWaitMs: seen.longestMs, recoveryMs, lost: await lostOf(side, 999_999), reused: 0 };
  },
);

hangCell(
  {
    ...{ neighbour: 'database', fault: 'slow', engine, detail: 'another process writes most of the time' },
    promised: 'Writes wait their turn; none is refused.',
  },
  async () => {
    const side = await serveInstance();
    const holder = new Sqlite(side.file, { timeout: 5_000 });
    onTestFinished(() => void holder.close());
    const pushes = pushAll(side);
    const until = performance.now() + (long ? 60_000 : 3_000);
    while (performance.now() < until) {
      holder.exec('begin immediate');
      await pause(80);
      holder.exec('commit');
      await pause(20);
    }
    const { statuses, acknowledged, longestMs } = await pushes.end();
    expect([...statuses.keys()]).toEqual([200]);
    return { longestWaitMs: longestMs, recoveryMs: null, lost: await lostOf(side, acknowledged), reused: 0 };
  },
);

/** A file system of its own in memory. */
function smallDisk(): string {
  const folder = temporaryFolder();
  mount(folder);
  onTestFinished(() => unmount(folder));
  return folder;
}
const quiet = { stdio: 'ignore' } as const;

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'tmpfs', folder], quiet);
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], quiet);
}

/** Whether this user may make one. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

hangCell(
  {
    ...{ neighbour: 'database', fault: 'full', engine, detail: 'the disk', available: canMount() },
    promised:
      'Writes are answered 503 `database_unwritable`, readiness says so, and all works again with the first room.',
  },
  async () => {
    const folder = smallDisk();
    const side = await serveInstance({ folder });
    const pushes = pushAll(side);
    await timeUntil(async () => pushes.seen.acknowledged > 0);
    const filler = openSync(join(folder, 'filler'), 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      closeSync(filler);
    }
    await timeUntil(async () => (await side.push('token 0', { bytes: 100_000 })) === 503);
    await timeUntil(async () => (await side.ready()).body.status === 'database unwritable');
    await pause(long ? 60_000 : 1_000);
    rmSync(join(folder, 'filler'));
    const recoveryMs = await timeUntil(async () => (await side.push('token 0')) === 200);
    const { longestMs } = await pushes.end();
    expect(await side.push('token 999999')).toBe(200);
    await timeUntil(async () => (await side.ready()).status === 200);
    return { longestWaitMs: longestMs, recoveryMs, lost: await lostOf(side, 999_999), reused: 0 };
  },
);

const GONE = [
  { detail: 'the file is deleted', harm: (file: string) => rmSync(file) },
  { detail: 'the log is deleted', harm: (file: string) => rmSync(`${file}-wal`) },
  { detail: 'the index of the log is deleted', harm: (file: string) => rmSync(`${file}-shm`) },
  {
    detail: 'all three are deleted',
    harm: (file: string) => ['', '-wal', '-shm'].map(end => rmSync(file + end)),
  },
  {
    detail: 'another file takes its place',
    harm: (file: string, backup: string) => renameSync(backup, file),
  },
  {
    detail: 'a backup is copied over it',
    harm: (file: string, backup: string) => copyFileSync(backup, file),
  },
];

for (const { detail, harm } of GONE) {
  hangCell(
    {
      ...{ neighbour: 'disk', fault: 'odd answer', engine, detail },
      promised:
        'Noticed within seconds: not ready, told in the log, no push is acknowledged until it is mended.',
    },
    async () => {
      const side = await serveInstance();
      expect(await side.push('token 1')).toBe(200);
      const backup = join(temporaryFolder(), 'backup.db');
      const taker = new Sqlite(side.file);
      await taker.backup(backup);
      taker.close();
      const pushes = pushAll(side);
      await timeUntil(async () => pushes.seen.acknowledged > 1);
      // A copy within the second in which SQLite itself has written the file cannot be told from it.
      await pause(2_500);
      harm(side.file, backup);
      const noticedMs = await timeUntil(
        async () => (await side.ready()).body.status === 'database unwritable',
      );
      const { acknowledged } = pushes.seen;
      await pause(500);
      const seen = await pushes.end();
      expect(seen.statuses.get(503)).toBeGreaterThan(0);
      await timeUntil(async () => side.output().includes('database file lost'));
      expect(noticedMs).toBeLessThan(10_000);
      expect(side.isRunning()).toBe(true);
      const lost = seen.acknowledged - acknowledged;
      return { longestWaitMs: seen.longestMs, recoveryMs: null, lost, reused: 0 };
    },
  );
}

hangCell(
  {
    ...{ neighbour: 'disk', fault: 'odd answer', engine, detail: 'what is stored is damaged' },
    promised: 'The process says so and ends with status 3; so does another start.',
  },
  async () => {
    const folder = temporaryFolder();
    const side = await serveInstance({ folder });
    expect(await side.push('token 1')).toBe(200);
    expect(await side.stop()).toBe(0);
    const bytes = Buffer.alloc(4096, 'x');
    // All pages but the first: it opens, and nothing can be read.
    const fd = openSync(side.file, 'r+');
    for (let page = 1; page < 60; page += 1) writeSync(fd, bytes, 0, bytes.length, page * 4096);
    closeSync(fd);
    const again = serveInstance({ folder });
    await expect(again).rejects.toThrow(/database is damaged[\s\S]*restore the last backup/i);
    writeFileSync(side.file, bytes);
    await expect(serveInstance({ folder })).rejects.toThrow(
      /database is damaged[\s\S]*restore the last backup/i,
    );
    return { longestWaitMs: 0, recoveryMs: null, lost: 0, reused: 0 };
  },
);
