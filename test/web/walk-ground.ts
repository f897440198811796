import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestEngine } from '../engines.ts';
import { CLIENT, startTapped, type TappedSides } from '../tapped-sides.ts';
import { scrollsSideways, stumblingBlocks } from './axe.ts';
import { type OpenOptions, SIZES, type Window } from './ground.ts';
import { type Host, startHost } from './host.ts';
import { createWitness, type Witness } from './witness.ts';

export type Size = NonNullable<OpenOptions['size']>;

/** A window of the story: it shows the held time, and all that it asks is witnessed. */
export interface Stage {
  readonly page: Page;
  /** Opens a page by its link in the menu, which a phone must open first. */
  readonly go: (label: string) => Promise<void>;
  /**
   * Looks at the page as it stands: no stumbling block, no scrolling sideways, a picture.
   * @param title of the page, waited for
   */
  readonly look: (name: string, title?: string) => Promise<void>;
}

/** Both roles, an emulated Google, a host, and what passes between them and the windows. */
export interface World {
  readonly sides: TappedSides;
  readonly host: Host;
  readonly witness: Witness;
  /** What was looked at. */
  readonly looked: readonly string[];
  readonly openStage: () => Promise<Stage>;
  /**
   * Moves the clock of both roles and of all windows; what the pages ask from time to time they ask then.
   * @param ms milliseconds
   */
  readonly pass: (ms: number) => Promise<void>;
}

export async function startWorld(
  engine: TestEngine,
  open: (options?: OpenOptions) => Promise<Window>,
  size: Size,
): Promise<World> {
  const host = await startHost();
  const sides = await startTapped(engine, {
    instance: { connectUrl: host.connectUrl },
    platform: { host: { name: 'Acme Scheduling', url: `${host.url}/`, logo: null, colour: '#5b21b6' } },
  });
  host.open(sides);
  const witness = createWitness([sides.toInstance, sides.toPlatform]);
  const pages: Page[] = [];
  const looked: string[] = [];

  async function openStage(): Promise<Stage> {
    const { page, picture } = await open({ size });
    await page.clock.setFixedTime(sides.clock.now());
    pages.push(page);
    witness.watch(page.context());
    return {
      page,
      async go(label) {
        const menu = page.getByRole('button', { name: 'Open the menu' });
        if (await menu.isVisible()) await menu.click();
        await page
          .getByRole('navigation', { name: 'Pages' })
          .getByRole('link', { name: label, exact: true })
          .click();
      },
      async look(name, title) {
        if (title !== undefined) await page.getByRole('heading', { level: 1, name: title }).waitFor();
        await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
        looked.push(name);
        await picture(`walk-${String(looked.length).padStart(2, '0')}-${name}-${SIZES[size].width}`);
        expect([name, await scrollsSideways(page), await stumblingBlocks(page)]).toEqual([name, false, []]);
      },
    };
  }

  async function pass(ms: number): Promise<void> {
    sides.clock.advance(ms);
    await Promise.all(
      pages.map(async page => {
        await page.clock.setFixedTime(sides.clock.now());
        await page.clock.fastForward(ms);
      }),
    );
  }

  return { sides, host, witness, looked, openStage, pass };
}

/** From the connect page through Google's, as a user who agrees. */
export async function consent({ page, google }: Pick<Stage, 'page'> & { google: string }): Promise<void> {
  await page.getByRole('button', { name: 'Continue to Google Calendar' }).click();
  await page.waitForURL(`${google}/**`);
  await page.getByRole('button').first().click();
}

/** In the dialog of Google Calendar's keys, which is open. */
export async function typeKeys(page: Page): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Keys of Google Calendar' });
  await dialog.getByLabel('Client ID').fill(CLIENT.client_id);
  await dialog.getByLabel('Client secret').first().fill(CLIENT.client_secret);
  return dialog;
}
