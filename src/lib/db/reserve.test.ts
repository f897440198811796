import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { fileReserve, RESERVE_BYTES } from './reserve.ts';

test('is a file beside the database, readable by its owner alone, until the room is needed', () => {
  const file = join(temporaryFolder(), 'platform.db');
  const reserve = fileReserve(file);
  expect(reserve.keep()).toBe(true);
  expect(reserve.keep()).toBe(true);
  const { size, mode, blocks } = statSync(`${file}-reserve`);
  expect([size, mode & 0o777]).toEqual([RESERVE_BYTES, 0o600]);
  // Not a hole.
  expect(blocks * 512).toBeGreaterThanOrEqual(RESERVE_BYTES);
  reserve.free();
  reserve.free();
  expect(existsSync(`${file}-reserve`)).toBe(false);
});

test('is not there where the folder is gone, and one that is cut short is made anew', () => {
  expect(fileReserve(join(temporaryFolder(), 'none', 'platform.db')).keep()).toBe(false);
  const file = join(temporaryFolder(), 'platform.db');
  writeFileSync(`${file}-reserve`, 'short');
  chmodSync(`${file}-reserve`, 0o600);
  expect(fileReserve(file).keep()).toBe(true);
  expect(statSync(`${file}-reserve`).size).toBe(RESERVE_BYTES);
});
