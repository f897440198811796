import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { readInstanceConfig } from '../instance/index.ts';
import { readPlatformConfig } from '../platform/index.ts';
import { readEnvironment } from './environment.ts';
import { keyBlock } from './keygen.ts';
import { runCli } from './testing/spawn-cli.ts';

test('prints a block that both roles accept as a .env file, and nothing else', async () => {
  const folder = temporaryFolder();
  const { status, stdout, stderr } = await runCli(['keygen'], { cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = join(folder, 'made.env');
  writeFileSync(file, stdout);
  const env = readEnvironment({ file, data: folder });
  expect(readInstanceConfig(env).sync.endpoint).toBe('http://localhost:5100/api/sync');
  expect(readPlatformConfig(env).sync.webappUrl).toBe('http://localhost:3000');
});

test('every secret has its length, and no two blocks share one', () => {
  const [one, other] = [keyBlock(new Date(0)), keyBlock(new Date(0))].map(lines =>
    parseEnv(lines.join('\n')),
  );
  expect(one?.CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY).toHaveLength(32);
  expect(Buffer.from(one?.CALCOM_WEBHOOK_SECRET ?? '', 'base64')).toHaveLength(32);
  const [id, key = ''] = (one?.KEYFERRY_ENCRYPTION_KEYS ?? '').split(':');
  expect(id).toBe('k19700101');
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  const secrets = [
    'CALCOM_WEBHOOK_SECRET',
    'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY',
    'KEYFERRY_ENCRYPTION_KEYS',
    'KEYFERRY_API_KEY',
  ];
  for (const name of secrets) expect(one?.[name]).not.toBe(other?.[name]);
});
