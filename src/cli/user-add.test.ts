import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { keyBlock } from './keygen.ts';
import { runCli } from './testing/spawn-cli.ts';

test('user add prints the id alone; a taken e-mail is refused', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.env'), keyBlock(new Date()).join('\n'));
  const add = (...args: string[]) => runCli(['user', 'add', ...args], { cwd });
  expect(await add('--email', 'ada@example.com', '--username', 'ada', '--admin')).toEqual({
    status: 0,
    stdout: '1\n',
    stderr: '',
  });
  expect(await add('--email', 'bob@example.com', '--username', 'bob', '--name', 'Bob')).toEqual({
    status: 0,
    stdout: '2\n',
    stderr: '',
  });
  const again = await add('--email', 'Ada@example.com', '--username', 'ada2');
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(again.stderr).toContain('exists already');
});

test('user add without a configuration makes no database', async () => {
  const { status, stderr } = await runCli(['user', 'add', '--email', 'a@b.c', '--username', 'a'], {
    cwd: temporaryFolder(),
  });
  expect(status).toBe(1);
  expect(stderr).toContain('KEYFERRY_ENCRYPTION_KEYS is not set');
});
