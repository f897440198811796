import { chmodSync, closeSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { LIB_MIGRATIONS, migrate, openDatabase } from '../db/index.ts';
import { checkDatabase } from './check-database.ts';
import { findingsOf } from './finding.ts';

async function made(): Promise<string> {
  const file = join(temporaryFolder(), 'test.db');
  const database = openDatabase<unknown>({ file });
  await migrate(database, [LIB_MIGRATIONS]);
  await database.close();
  return file;
}

const check = (file: string) => checkDatabase({ file }, [LIB_MIGRATIONS], findingsOf('instance'));

test('a folder that others may change is a warning', async () => {
  const file = await made();
  expect(await check(file)).toMatchObject({ verdict: 'ok' });
  chmodSync(dirname(file), 0o777);
  expect(await check(file)).toMatchObject({
    verdict: 'warning',
    detail: expect.stringMatching(/mode 777: others may change .* chmod 700/),
  });
});

test('a damaged file is told with what to do', async () => {
  const file = await made();
  const fd = openSync(file, 'r+');
  for (const page of [1, 2, 3, 4]) writeSync(fd, Buffer.alloc(4096, 'x'), 0, 4096, page * 4096);
  closeSync(fd);
  expect(await check(file)).toMatchObject({
    verdict: 'failed',
    detail: expect.stringContaining('damaged'),
    remedy: expect.stringContaining('restore the last backup'),
  });
});
