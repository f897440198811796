import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { LIB_MIGRATIONS, migrate, openDatabase } from '../db/index.ts';
import { healthRoutes } from './health.ts';

async function start(stopping = () => false) {
  const file = join(temporaryFolder(), 'test.db');
  const database = openDatabase<unknown>({ file });
  onTestFinished(() => database.close());
  await migrate(database, [LIB_MIGRATIONS]);
  const app = new Hono();
  healthRoutes(app, database, stopping);
  const ask = async (path: string): Promise<unknown> => {
    const response = await app.request(path);
    return [response.status, await response.json()];
  };
  return { app, file, database, ask };
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
  const { ask, database } = await start();
  await database.close();
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toMatchObject([503, { status: 'database unreachable' }]);
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
