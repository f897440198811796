import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { ConfigError } from '../lib/config.ts';
import { readApps } from './read-apps.ts';
import { runCli } from './testing/spawn-cli.ts';

function problemsOf(env: Record<string, string>) {
  try {
    readApps(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('It was read.');
}

test('without the variable there is nothing', () => {
  expect(readApps({})).toBeNull();
  expect(readApps({ KEYFERRY_APPS_FILE: '' })).toBeNull();
});

test('a file that is not there is a problem of the variable', () => {
  const [problem] = problemsOf({ KEYFERRY_APPS_FILE: join(temporaryFolder(), 'none.yaml') });
  expect(problem).toMatchObject({
    variable: 'KEYFERRY_APPS_FILE',
    problem: expect.stringContaining('ENOENT'),
  });
});

test('each fault is told with file, line and column, and a server does not start', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'apps.yaml');
  writeFileSync(file, 'providers:\n  zoom:\n    tokenEndpoint: zoom.example\n  zomo: {}\n');
  const env = { KEYFERRY_APPS_FILE: file };
  expect(problemsOf(env).map(({ problem }) => problem)).toEqual([
    `(${file}:3:20) providers.zoom.tokenEndpoint: must be an https address, or http on loopback`,
  ]);
  const { status, stderr } = await runCli(['instance', '--port', '0'], { cwd: folder, env });
  expect(status).toBe(1);
  expect(stderr).toContain(`${file}:3:20`);
});
