import { expect, test } from 'vitest';
import { startBothSides } from '../both-sides.ts';
import { engines } from '../engines.ts';
import { launchBrowser } from './ground.ts';
import { setUp } from './set-up.ts';

const open = launchBrowser();
const [sqlite] = engines;
if (!sqlite) throw new Error('There is no SQLite.');

/** What a start page may load of script, compressed, in bytes. */
const MOST = 200 * 1024;

const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

test.each(['instance', 'platform'] as const)('the start page of the %s loads little', async role => {
  const sides = await startBothSides(sqlite, async () => ({}));
  const { page } = await open();
  await setUp(page, sides[role].role);
  await page.goto(sides[role].url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  const bytes = (await page.evaluate(SCRIPT_BYTES)) as number;
  console.log(`The ${role}'s start page loads ${(bytes / 1024).toFixed(1)} KB of script.`);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(MOST);
});
