import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { findChromium } from './chromium.ts';

const SCREENS = join(import.meta.dirname, '../../test-output/screens');

/** Sizes of windows that the pages must serve. */
export const SIZES = {
  desk: { width: 1280, height: 900 },
  phone: { width: 360, height: 740 },
} as const;

export interface OpenOptions {
  readonly size?: keyof typeof SIZES;
  readonly dark?: boolean;
  readonly language?: string;
}

/** A window that a test looks at. Faults of its pages fail the test. */
export interface Window {
  readonly page: Page;
  /** Keeps a picture of the whole page under test-output/screens; of the window alone where a dialog lies over it. */
  readonly picture: (name: string) => Promise<void>;
}

/** A browser for the tests of one file, each with windows (and cookies) of its own. */
export function launchBrowser(): (options?: OpenOptions) => Promise<Window> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  return async function open({ size = 'desk', dark = false, language = 'en-GB' } = {}) {
    const context = await browser.newContext({
      viewport: SIZES[size],
      colorScheme: dark ? 'dark' : 'light',
      locale: language,
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const faults = watch(page);
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await picture(page, `failed-${task.name}`);
      await context.close();
      if (task.result?.state !== 'fail' && faults.length > 0) throw new Error(faults.join('\n'));
    });
    return { page, picture: name => picture(page, name) };
  };
}

/** What goes wrong in a page without anyone seeing it: script faults, refused styles and scripts. */
function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(`the page threw: ${error.message}`));
  page.on('console', message => {
    // An answer of 4xx is the browser's own line; what the page makes of it is what tests look at.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    faults.push(`the console says: ${message.text()}`);
  });
  return faults;
}

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  const file = `${name.replace(/[^\w-]+/g, '-').slice(0, 100)}.png`;
  const fullPage = (await page.getByRole('dialog').count()) === 0;
  await page.screenshot({ path: join(SCREENS, file), fullPage });
}
