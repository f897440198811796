import { sql } from 'kysely';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import type { AdminApp } from '../../src/instance/http/apps.ts';
import { type BothSides, startBothSides } from '../both-sides.ts';
import { engines } from '../engines.ts';
import { scrollsSideways, stumblingBlocks } from './axe.ts';
import { launchBrowser, SIZES } from './ground.ts';
import { setUp } from './set-up.ts';

const open = launchBrowser();
const [sqlite] = engines;
if (!sqlite) throw new Error('There is no SQLite.');

const CONNECT_URL = 'https://product.example/apps?app={app}&user={userId}';

function start(instance: { connectUrl?: string } = {}): Promise<BothSides> {
  return startBothSides(sqlite as NonNullable<typeof sqlite>, async () => ({}), { instance });
}

/** By the keyboard: what is seen of a switch lies over it. */
async function flip(control: Locator): Promise<void> {
  await control.focus();
  await control.press('Space');
}

/** A credential of the user, delivered to the instance. */
async function deliver({ platform, userId, clock }: BothSides, appSlug: string): Promise<void> {
  await platform.api('POST', '/api/keyferry/v1/connections', {
    externalUserId: 'ada',
    calcomUserId: userId,
    appSlug,
    credential: { access_token: 'access', refresh_token: 'refresh', expiry_date: clock.now() + 3_600_000 },
  });
  await platform.role.runOutbox();
}

async function appOf({ instance }: BothSides, slug: string): Promise<AdminApp | undefined> {
  const { apps } = await instance.api<{ apps: AdminApp[] }>('GET', '/api/keyferry/v1/apps');
  return apps.find(app => app.slug === slug);
}

test('an app that lacks its keys asks for them when it is enabled; keys are replaced, never shown', async () => {
  const sides = await start();
  const { page, picture } = await open();
  await setUp(page, sides.instance.role);
  await page.goto(`${sides.instance.url}/settings/admin/apps`);
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('hubspot');
  await page.getByText(/^1 of /).waitFor();
  await flip(page.getByRole('switch', { name: 'HubSpot CRM is enabled' }));
  const dialog = page.getByRole('dialog', { name: 'Keys of HubSpot CRM' });
  await dialog.getByText(`${sides.platform.url}/api/connect/callback`).waitFor();
  const link = dialog.getByRole('link', { name: /developers\.hubspot\.com/ });
  expect(await link.getAttribute('rel')).toBe('noreferrer');

  await dialog.getByLabel('Client ID').fill('id-of-hubspot');
  await dialog.getByRole('button', { name: 'Save and enable' }).click();
  await dialog.getByText('Client secret is missing').waitFor();
  expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
  expect(await stumblingBlocks(page)).toEqual([]);
  await picture('admin-apps-fault');
  await page.keyboard.type('secret-of-hubspot');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('HubSpot CRM is enabled.').waitFor();
  expect(await appOf(sides, 'hubspot')).toMatchObject({ enabled: true, keysMissing: false });

  await page.getByRole('button', { name: 'Keys of HubSpot CRM' }).click();
  await dialog.getByText('The platform has no keys for this app').waitFor();
  expect(await dialog.getByLabel('Client ID').inputValue()).toBe('id-of-hubspot');
  expect(await dialog.getByLabel('Client secret').first().inputValue()).toBe('');
  expect(await page.content()).not.toContain('secret-of-hubspot');
  await picture('admin-apps-keys');
  expect(await stumblingBlocks(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // The focus is back on what opened it.
  await page.waitForFunction('document.activeElement.getAttribute("aria-label") === "Keys of HubSpot CRM"');
});

test('lists are edited line by line; a key that differs from the platform is told', async () => {
  const sides = await start();
  const { page, picture } = await open();
  await setUp(page, sides.instance.role);
  await page.goto(`${sides.instance.url}/settings/admin/apps/calendar`);
  await page.getByText("Compared with the platform's keys: 2 the same.").waitFor();
  await page.getByRole('button', { name: 'Keys of Google Calendar' }).click();
  const dialog = page.getByRole('dialog', { name: 'Keys of Google Calendar' });
  await dialog.getByText("are the same as the platform's").waitFor();
  await dialog.getByLabel('Client ID').fill('another-client');
  await dialog.getByLabel('Redirect URIs, line 1').fill('https://a.example/back');
  await dialog.getByRole('button', { name: 'Add a line' }).click();
  await dialog.getByLabel('Redirect URIs, line 2').fill('no address');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Redirect URIs line 2 is not an address').waitFor();
  await picture('admin-apps-list');
  expect(await stumblingBlocks(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Remove line 2 of Redirect URIs' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await appOf(sides, 'google-calendar'))?.publicKeys).toEqual({
    client_id: 'another-client',
    redirect_uris: ['https://a.example/back'],
  });
  await page.getByText('Keys differ from the platform', { exact: true }).last().waitFor();
  await page.getByText('1 the same, 1 different').waitFor();
  await picture('admin-apps-differs');
  await page.getByRole('button', { name: 'Keys of Google Calendar' }).click();
  await dialog.getByText('Another value there: Client ID').waitFor();
  expect(await stumblingBlocks(page)).toEqual([]);
});

test('disabling says who is affected, and then no token is handed out', async () => {
  const sides = await start();
  await deliver(sides, 'zoom');
  const { page, picture } = await open();
  await setUp(page, sides.instance.role);
  await page.goto(`${sides.instance.url}/settings/admin/apps/conferencing?show=used`);
  await page.getByText('1 of ').waitFor();
  const zoom = page.getByRole('switch', { name: 'Zoom Video is enabled' });
  await flip(zoom);
  const dialog = page.getByRole('dialog', { name: 'Disable Zoom Video' });
  await dialog.getByText('One user loses the use of it').waitFor();
  await dialog.getByText('ada@example.com').waitFor();
  await picture('admin-apps-disable');
  expect(await stumblingBlocks(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Disable Zoom Video' }).click();
  await page.getByText('Zoom Video is disabled.').waitFor();
  expect(await zoom.isChecked()).toBe(false);
  const asked = { userId: sides.userId, appSlug: 'zoom' };
  await expect(sides.instance.api('POST', '/api/keyferry/v1/access-token', asked)).rejects.toThrow(
    'app_disabled',
  );
  await flip(zoom);
  await page.getByText('Zoom Video is enabled.').waitFor();
  await sides.instance.api('POST', '/api/keyferry/v1/access-token', asked);
});

test('a user finds an app, sees where it comes from, and when it is broken the way to the platform', async () => {
  const sides = await start({ connectUrl: CONNECT_URL });
  await deliver(sides, 'zoom');
  const { page, picture } = await open();
  await setUp(page, sides.instance.role);
  await page.goto(`${sides.instance.url}/apps`);
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('zoom');
  await page.getByText('1 of 2').waitFor();
  await page.getByRole('link', { name: 'Zoom Video' }).click();
  await page.getByRole('heading', { level: 1, name: 'Zoom Video' }).waitFor();
  await page.getByText('From the platform (product.example), synced').waitFor();
  await picture('store-app');
  expect(await stumblingBlocks(page)).toEqual([]);

  await sql`update "Credential" set "status" = 'needs_reconnect', "statusReason" = 'needs_reconnect'`.execute(
    sides.instance.role.database.db,
  );
  await page.goto(`${sides.instance.url}/apps/installed/conferencing`);
  const again = page.getByRole('link', { name: 'Connect Zoom Video again' });
  await again.waitFor();
  expect(await again.getAttribute('href')).toBe(`https://product.example/apps?app=zoom&user=${sides.userId}`);
  await picture('installed-broken');
  expect(await stumblingBlocks(page)).toEqual([]);

  await sides.instance.api('PATCH', '/api/keyferry/v1/apps/zoom', { enabled: false });
  await page.reload();
  await page.getByText('An administrator has disabled Zoom Video here').waitFor();
  await page.goto(`${sides.instance.url}/apps/zoom`);
  await page.getByText('It is not enabled on this instance').waitFor();
});

test('without a link to the platform its host is named', async () => {
  const sides = await start();
  await deliver(sides, 'zoom');
  const { page } = await open();
  await setUp(page, sides.instance.role);
  await page.goto(`${sides.instance.url}/apps/google-calendar`);
  await page
    .getByText(`Open ${new URL(sides.platform.url).host} and connect Google Calendar there.`)
    .waitFor();
});

test.each(Object.keys(SIZES) as (keyof typeof SIZES)[])(
  'the pages of apps stand in a %s window',
  async size => {
    const sides = await start({ connectUrl: CONNECT_URL });
    await deliver(sides, 'zoom');
    const { page, picture } = await open({ size, dark: size === 'phone' });
    await setUp(page, sides.instance.role);
    await page.goto(`${sides.instance.url}/settings/admin/apps`);
    await page.getByText(/^\d+ of \d+$/).waitFor();
    expect(await scrollsSideways(page)).toBe(false);
    const pages = [
      'settings/admin/apps/calendar',
      'apps',
      'apps/zoom',
      'apps/installed',
      'apps/installed/crm',
    ];
    for (const path of pages) {
      await page.goto(`${sides.instance.url}/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      expect([path, await scrollsSideways(page), await stumblingBlocks(page)]).toEqual([path, false, []]);
      await picture(`${path}-${size}`);
    }
  },
  90_000,
);
