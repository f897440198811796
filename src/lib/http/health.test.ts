import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { LIB_MIGRATIONS, migrate, openDatabase } from '../db/index.ts';
import { createLog } from '../log.ts';
import { healthRoutes } from './health.ts';

async function start(stopping = () => false) {
  const file = join(temporaryFolder(), 'test.db');
  const database = openDatabase<unknown>({ file });
  onTestFinished(() => database.close());
  await migrate(database, [LIB_MIGRATIONS]);
  const app = new Hono();
  const lines: string[] = [];
  const log = createLog('info', { write: line => void lines.push(line) });
  healthRoutes(app, { database, log, stopping });
  const told = () => lines.map(line => JSON.parse(line).msg);
  const ask = async (path: string): Promise<unknown> => {
    const response = await app.request(path);
    return [response.status, await response.json()];
  };
  return { app, file, database, ask, told };
}

test('a process that works is live and ready', async () => {
  const { ask } = await start();
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toEqual([200, { status: 'ok' }]);
});

test('one that is stopping is live and not ready', async () => {
  const { ask } = await start(() => true);
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toEqual([503, { status: 'stopping' }]);
});

test('one that has lost its database is live and not ready', async () => {
  const { ask, database, told } = await start();
  await database.close();
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toMatchObject([503, { status: 'database unreachable' }]);
  await ask('/health/ready');
  expect(told()).toEqual(['not ready']);
});

test('one whose database is busy says so in time, and is ready again afterwards', async () => {
  const { ask, database, told } = await start();
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const held = database.db.transaction().execute(async () => {
    begun.resolve();
    await promise;
  });
  await begun.promise;
  const began = performance.now();
  const answers = await Promise.all([1, 2, 3].map(() => ask('/health/ready')));
  for (const answer of answers) expect(answer).toMatchObject([503, { status: 'database unreachable' }]);
  expect(performance.now() - began).toBeLessThan(10_000);
  resolve();
  await held;
  await vi.waitFor(async () => expect(await ask('/health/ready')).toEqual([200, { status: 'ok' }]), 10_000);
  expect(told()).toEqual(['not ready', 'ready again']);
});

test('one whose file is gone says that it cannot write', async () => {
  const { file, ask } = await start();
  rmSync(file);
  expect(await ask('/health/ready')).toMatchObject([
    503,
    { status: 'database unwritable', detail: expect.stringContaining('deleted'), remedy: expect.any(String) },
  ]);
});

test('HEAD is answered as GET', async () => {
  const { app } = await start();
  for (const path of ['/health/live', '/health/ready']) {
    expect((await app.request(path, { method: 'HEAD' })).status).toBe(200);
  }
});
