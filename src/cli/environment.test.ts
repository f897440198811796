import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { ConfigError } from '../lib/config.ts';
import { readEnvironment } from './environment.ts';

afterEach(() => vi.unstubAllEnvs());

test('the process environment wins over the file, the file over what was generated', () => {
  const data = temporaryFolder();
  const file = join(data, 'given.env');
  writeFileSync(file, 'CALCOM_WEBAPP_URL=http://file\nKEYFERRY_API_KEY=from-the-file\n');
  writeFileSync(
    join(data, 'secrets.env'),
    'KEYFERRY_API_KEY=generated\nKEYFERRY_ENCRYPTION_KEYS=generated\n',
  );
  vi.stubEnv('CALCOM_WEBAPP_URL', 'http://process');
  expect(readEnvironment({ file, data })).toMatchObject({
    CALCOM_WEBAPP_URL: 'http://process',
    KEYFERRY_API_KEY: 'from-the-file',
    KEYFERRY_ENCRYPTION_KEYS: 'generated',
  });
});

test('a secret set under its newer name keeps the generated one out', () => {
  const data = temporaryFolder();
  writeFileSync(join(data, 'secrets.env'), 'CALCOM_WEBHOOK_SECRET=generated\n');
  vi.stubEnv('CALCOM_CREDENTIAL_SYNC_SECRET', 'set');
  expect(readEnvironment({ file: undefined, data }).CALCOM_WEBHOOK_SECRET).toBeUndefined();
});

test('a named file that is not there is an error, the default one is not', () => {
  const data = temporaryFolder();
  const file = join(data, 'absent.env');
  expect(() => readEnvironment({ file, data })).toThrow(ConfigError);
  expect(() => readEnvironment({ file, data })).toThrow(`${file} does not exist`);
  expect(readEnvironment({ file: undefined, data }).KEYFERRY_ENCRYPTION_KEYS).toBeUndefined();
});
