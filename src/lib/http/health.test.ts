import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { openDatabase } from '../db/index.ts';
import { healthRoutes } from './health.ts';

function start(stopping = () => false) {
  const database = openDatabase({ file: join(temporaryFolder(), 'test.db') });
  onTestFinished(() => database.close());
  const app = new Hono();
  healthRoutes(app, database, stopping);
  const ask = async (path: string) => {
    const response = await app.request(path);
    return [response.status, await response.json()];
  };
  return { database, ask };
}

test('a process that works is live and ready', async () => {
  const { ask } = start();
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toEqual([200, { status: 'ok' }]);
});

test('one that is stopping is live and not ready', async () => {
  const { ask } = start(() => true);
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toEqual([503, { status: 'stopping' }]);
});

test('one that has lost its database is live and not ready', async () => {
  const { ask, database } = start();
  await database.close();
  expect(await ask('/health/live')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/health/ready')).toEqual([503, { status: 'database unreachable' }]);
});
