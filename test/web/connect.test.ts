import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { HostLook } from '../../src/platform/index.ts';
import { type BothSides, startBothSides } from '../both-sides.ts';
import { engines } from '../engines.ts';
import { FEED } from '../form-services.ts';
import { type Google, startGoogle } from '../platform/google.ts';
import { scriptedServer } from '../platform/server.ts';
import { ADA, hasRadicale, startRadicale } from '../radicale.ts';
import { scrollsSideways, stumblingBlocks } from './axe.ts';
import { launchBrowser, SIZES } from './ground.ts';

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="36" viewBox="0 0 120 36">
<rect width="120" height="36" rx="8" fill="#5b21b6"/><circle cx="18" cy="18" r="9" fill="#fff"/>
<rect x="36" y="13" width="72" height="10" rx="5" fill="#fff"/></svg>`;

const ACME: HostLook = {
  name: 'Acme Scheduling',
  url: 'https://acme.example/settings/apps',
  logo: { type: 'image/svg+xml', bytes: new Uint8Array(Buffer.from(LOGO)) },
  colour: '#5b21b6',
};

const sqlite = engines.filter(({ name }) => name === 'sqlite');
const sizes = Object.keys(SIZES) as (keyof typeof SIZES)[];
const open = launchBrowser();

interface World extends BothSides {
  readonly google: Google;
  /** Makes a link as the host does. */
  readonly link: (members: object) => Promise<string>;
}

async function setUp(host: HostLook = ACME): Promise<World> {
  const [engine] = sqlite;
  if (engine === undefined) throw new Error('There is no SQLite here.');
  let google!: Google;
  const sides = await startBothSides(
    engine,
    async platformUrl => {
      google = await startGoogle(`${platformUrl}/api/connect/callback`);
      return google.providers;
    },
    { platform: { host, allowPrivateAddresses: true } },
  );
  const user = { externalUserId: 'ada', calcomUserId: sides.userId };
  const link = async (members: object) => {
    const path = '/api/keyferry/v1/connect-sessions';
    return (await sides.platform.api<{ url: string }>('POST', path, { ...user, ...members })).url;
  };
  return { ...sides, google, link };
}

async function expectAccessible(page: Page): Promise<void> {
  expect(await stumblingBlocks(page)).toEqual([]);
  expect(await scrollsSideways(page)).toBe(false);
}

/** The step is named by its heading, and the focus is there. */
async function expectStep(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.locator('h1:focus').waitFor();
}

async function connectionsOf({ platform }: World) {
  const path = '/api/keyferry/v1/connections';
  return (await platform.api<{ connections: { appSlug: string; status: string }[] }>('GET', path))
    .connections;
}

describe.each(sizes)('in a window of a %s', size => {
  test('an app is chosen, its consent is explained and given, and the result leads on', async () => {
    const world = await setUp();
    const { page, picture } = await open({ size });
    const url = await world.link({ apps: ['google-calendar', 'zoom'] });
    const token = new URL(url).pathname.split('/').at(-1) ?? '';
    const referrers: string[] = [];
    const origins = new Set<string>();
    let scriptBytes = 0;
    page.on('request', request => {
      referrers.push(request.headers().referer ?? '');
      origins.add(new URL(request.url()).origin);
    });
    page.on('response', response => {
      if (response.request().resourceType() !== 'script') return;
      expect(response.headers()['content-encoding'] ?? 'none').toMatch(/^(br|none)$/);
      scriptBytes += Number(response.headers()['content-length']);
    });

    await page.goto(url);
    await expectStep(page, 'Connect an app');
    expect([...origins]).toEqual([world.platform.url]);
    // What the first look at the page loads, packed.
    expect(scriptBytes).toBeGreaterThan(10_000);
    expect(scriptBytes).toBeLessThan(100_000);
    expect(page.url()).not.toContain(token);
    expect(await page.title()).toBe('Connect an app · Acme Scheduling');
    await page.getByRole('img', { name: 'Acme Scheduling' }).waitFor();
    expect(await page.evaluate('document.querySelector("header img").naturalWidth')).toBe(120);
    await expectAccessible(page);
    await picture(`connect-choose-${size}`);

    await page.getByRole('link', { name: 'Google Calendar' }).press('Enter');
    await expectStep(page, 'Connect Google Calendar');
    await page.getByText('Google Calendar will ask you whether Acme Scheduling may use').waitFor();
    await expectAccessible(page);
    await picture(`connect-consent-${size}`);

    await page.getByRole('button', { name: 'Continue to Google Calendar' }).click();
    await page.waitForURL(`${world.google.url}/**`);
    await page.getByRole('button').first().click();
    await expectStep(page, 'Google Calendar is connected');
    await page.getByText('It is being set up at Acme Scheduling now').waitFor();
    await expectAccessible(page);
    await picture(`connect-result-${size}`);
    expect(await connectionsOf(world)).toMatchObject([{ appSlug: 'google-calendar', status: 'connected' }]);
    const back = page.getByRole('link', { name: 'Back to Acme Scheduling' });
    expect(await back.getAttribute('href')).toBe('https://acme.example/settings/apps');

    await page.getByRole('link', { name: 'Connect another app' }).click();
    await expectStep(page, 'Connect an app');
    await page.getByText('Connected').waitFor();
    expect(await page.getByRole('link', { name: 'Google Calendar' }).count()).toBe(0);
    expect(referrers.filter(referrer => referrer.includes(token))).toEqual([]);
  });

  test('a refusal at the provider can be tried again', async () => {
    const world = await setUp();
    const { page, picture } = await open({ size });
    await page.goto(await world.link({ apps: ['google-calendar'] }));
    await page.getByRole('button', { name: 'Continue to Google Calendar' }).click();
    await page.waitForURL(`${world.google.url}/**`);
    const state = new URL(page.url()).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, error: 'access_denied' });
    await page.goto(`${world.platform.url}/api/connect/callback?${query}`);
    await expectStep(page, 'Access was not granted');
    await page.getByText('Google Calendar was not connected').waitFor();
    await expectAccessible(page);
    await picture(`connect-denied-${size}`);
    // An address alone makes no success.
    await page.goto(page.url().replace('&code=consent_denied', ''));
    await expectStep(page, 'Something failed here');
    await page.getByRole('link', { name: 'Try again' }).click();
    await expectStep(page, 'Connect Google Calendar');
    await page.getByRole('button', { name: 'Continue to Google Calendar' }).click();
    await page.waitForURL(`${world.google.url}/**`);
    await page.getByRole('button').first().click();
    await expectStep(page, 'Google Calendar is connected');
    // With all of its apps connected the link is spent.
    await page.goto(page.url().replace(/\/result.*/, ''));
    await expectStep(page, 'Everything is connected');
  });

  test.skipIf(!hasRadicale)('a password is asked for, refused by its server, mended and taken', async () => {
    const server = await startRadicale();
    const world = await setUp({ ...ACME, colour: '#ffd400', logo: null });
    const { page, picture } = await open({ size, dark: size === 'phone' });
    await page.goto(await world.link({ apps: ['caldav-calendar'] }));
    await expectStep(page, 'Connect CalDav (Beta)');
    await expectAccessible(page);
    await picture(`connect-form-${size}`);

    await page.getByRole('button', { name: 'Connect CalDav (Beta)' }).click();
    await page.getByRole('alert').getByText('Something is not right yet').waitFor();
    const address = page.getByLabel('Address');
    await page.locator('input[type=url]:focus').waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page);
    await picture(`connect-form-empty-${size}`);

    await address.fill(server);
    await page.getByLabel('User name').fill(ADA.username);
    const password = page.getByLabel('Password', { exact: true });
    await password.fill('wrong');
    await password.press('Enter');
    await page.getByRole('alert').getByText('What you entered was not accepted').waitFor();
    await page.getByText('does not accept this user name and password').waitFor();
    await expectAccessible(page);
    await picture(`connect-form-refused-${size}`);

    await password.fill(ADA.password);
    await page.getByRole('button', { name: 'Show Password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Connect CalDav (Beta)' }).click();
    await expectStep(page, 'CalDav (Beta) is connected');
    expect(await connectionsOf(world)).toMatchObject([{ appSlug: 'caldav-calendar' }]);
  });
});

test('an app that cannot be begun says why, and whom to tell', async () => {
  const world = await setUp();
  const { page, picture } = await open({ size: 'phone', dark: true });
  await page.goto(await world.link({ apps: ['zoom'] }));
  await world.platform.role.database.db.deleteFrom('platform_app').execute();
  await page.getByRole('button', { name: 'Continue to Zoom Video' }).click();
  const alarm = page.getByRole('alert');
  await alarm.getByText('Zoom Video is not set up properly here').waitFor();
  await alarm.getByText('Tell Acme Scheduling the code below').waitFor();
  await alarm.getByText('app_keys_missing').waitFor();
  await expectAccessible(page);
  await picture('connect-not-set-up');
});

test('a link that another browser has opened says so, in the language of the reader', async () => {
  const world = await setUp();
  const url = await world.link({ apps: ['google-calendar'] });
  const first = await open();
  await first.page.goto(url);
  await expectStep(first.page, 'Connect Google Calendar');

  const { page, picture } = await open({ size: 'phone', language: 'de-AT' });
  await page.goto(url);
  await expectStep(page, 'Dieser Link gilt nicht mehr');
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.getByRole('link', { name: 'Zurück zu Acme Scheduling' }).waitFor();
  await expectAccessible(page);
  await picture('connect-used-de');
  await page.getByRole('link', { name: 'English' }).click();
  await expectStep(page, 'This link no longer works');
});

test('the host names the language; a feed is entered in German, and the host gets its user back', async () => {
  const feed = await scriptedServer(({ url }) => (url === '/feed.ics' ? { body: FEED } : { status: 404 }));
  const host = await scriptedServer(() => ({ body: '<!doctype html><title>Acme</title><h1>Acme</h1>' }));
  const world = await setUp();
  const { page, picture } = await open({ size: 'phone' });
  const returnUrl = `${host.url}/settings?tab=apps`;
  await page.goto(await world.link({ apps: ['ics-feed', 'google-calendar'], returnUrl, locale: 'de' }));
  await expectStep(page, 'Eine App verbinden');
  await page.getByRole('link', { name: 'ICS Feed' }).click();
  await expectStep(page, 'ICS Feed verbinden');
  await page.getByLabel('Adressen der Feeds').fill(`${feed.url}/none.ics`);
  await page.getByRole('button', { name: 'ICS Feed verbinden' }).click();
  await page.getByRole('alert').getByText('Ihre Angaben führen zu nichts Brauchbarem').waitFor();
  await expectAccessible(page);
  await picture('connect-feed-de');
  await page.reload();
  await expectStep(page, 'ICS Feed verbinden');
  await page.getByLabel('Adressen der Feeds').fill(`${feed.url}/feed.ics`);
  await page.getByRole('button', { name: 'ICS Feed verbinden' }).click();
  await page.waitForURL(`${host.url}/**`);
  expect(page.url()).toBe(`${returnUrl}&keyferry=connected&app=ics-feed`);
});
