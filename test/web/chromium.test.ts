import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temp.ts';
import { findChromium } from './chromium.ts';

test('CHROMIUM_PATH comes first', () => {
  const told = join(temporaryFolder(), 'browser');
  writeFileSync(told, '');
  expect(findChromium({ CHROMIUM_PATH: told, PATH: '' })).toBe(told);
});

test('a CHROMIUM_PATH that names nothing is a fault, not a reason to take another', () => {
  expect(() => findChromium({ CHROMIUM_PATH: '/nowhere/chromium' })).toThrow(
    'CHROMIUM_PATH names /nowhere/chromium',
  );
});

test('an installed one is found on PATH', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'google-chrome'), '');
  chmodSync(join(folder, 'google-chrome'), 0o755);
  expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'google-chrome'));
});
