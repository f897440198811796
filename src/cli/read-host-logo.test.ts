import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { ConfigError } from '../lib/config.ts';
import { LOGO_BYTES } from '../platform/index.ts';
import { readHostLogo } from './read-host-logo.ts';
import { freshKeys } from './testing/fresh-keys.ts';
import { runCli } from './testing/spawn-cli.ts';

function written(bytes: Uint8Array | string): string {
  const path = join(temporaryFolder(), 'logo');
  writeFileSync(path, bytes);
  return path;
}

test('without the variable there is none', () => {
  expect(readHostLogo({})).toBeNull();
  expect(readHostLogo({ KEYFERRY_HOST_LOGO: '' })).toBeNull();
});

test('a file is read as it is, and one that is too long no further than to say so', () => {
  expect(Buffer.from(readHostLogo({ KEYFERRY_HOST_LOGO: written('<svg/>') }) ?? []).toString()).toBe(
    '<svg/>',
  );
  const long = written(new Uint8Array(LOGO_BYTES * 3));
  expect(readHostLogo({ KEYFERRY_HOST_LOGO: long })).toHaveLength(LOGO_BYTES + 1);
});

test('one that is not there, or a folder, is a problem of the variable', () => {
  for (const path of [join(temporaryFolder(), 'none.svg'), temporaryFolder()]) {
    expect(() => readHostLogo({ KEYFERRY_HOST_LOGO: path })).toThrow(ConfigError);
    expect(() => readHostLogo({ KEYFERRY_HOST_LOGO: path })).toThrow(/KEYFERRY_HOST_LOGO .*(ENOENT|EISDIR)/);
  }
});

test('a platform does not start with a logo that is no picture, and says why', async () => {
  const env = {
    ...freshKeys(),
    CALCOM_WEBAPP_URL: 'https://cal.example',
    KEYFERRY_HOST_LOGO: written('<html>'),
  };
  const { status, stderr } = await runCli(['platform', '--port', '0'], { cwd: temporaryFolder(), env });
  expect(status).not.toBe(0);
  expect(stderr).toContain('KEYFERRY_HOST_LOGO');
  expect(stderr).toContain('no SVG, PNG, JPEG or WebP');
});
