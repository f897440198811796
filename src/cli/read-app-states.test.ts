import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceConfig, startInstance } from '../../test/instance.ts';
import { temporaryFolder } from '../../test/temp.ts';
import { readAppStates } from './read-app-states.ts';

test('reads the database that the instance has, and none where DATABASE_URL is no address', async () => {
  const data = temporaryFolder();
  expect(await readAppStates({}, data)).toBeNull();
  const { instance } = await startInstance(instanceConfig({ file: join(data, 'instance.db') }));
  await instance.close();
  expect((await readAppStates({}, data))?.size).toBeGreaterThan(100);
  expect((await readAppStates({ DATABASE_URL: '' }, data))?.size).toBeGreaterThan(100);
  // The instance does not start with these: the file is not its database.
  for (const url of ['nonsense', 'mysql://db.example/keyferry', '"postgres://db.example/keyferry"'])
    expect(await readAppStates({ DATABASE_URL: url }, data), url).toBeNull();
});
