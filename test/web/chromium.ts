import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
/** Where systems install one that is not on PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The browser of the page tests: CHROMIUM_PATH, an installed Chromium or Chrome, or Playwright's own.
 * @throws Error that says in one line how to get one
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const { CHROMIUM_PATH: told, PATH = '' } = env;
  if (told !== undefined && told !== '') {
    if (existsSync(told)) return told;
    throw new Error(`CHROMIUM_PATH names ${told}, and there is no such file.`);
  }
  const onPath = PATH.split(delimiter).flatMap(folder => NAMES.map(name => join(folder, name)));
  const found = [...onPath, ...PLACES, chromium.executablePath()].find(path => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'The page tests need a browser: apt-get install chromium, or npx playwright-core install chromium, or set CHROMIUM_PATH.',
  );
}
