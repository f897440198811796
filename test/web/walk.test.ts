import { expect, test } from 'vitest';
import { engines } from '../engines.ts';
import { madeUp, token } from '../tapped-sides.ts';
import { addSecret } from '../wiretap.ts';
import { expectNoSecrets } from './expect-no-secrets.ts';
import { launchBrowser, SIZES } from './ground.ts';
import { makeAccount, openSetUp, signIn } from './set-up.ts';
import { consent, type Size, type Stage, startWorld, typeKeys, type World } from './walk-ground.ts';

const open = launchBrowser();
const [sqlite] = engines;
if (!sqlite) throw new Error('There is no SQLite.');

const HOUR_MS = 3_600_000;
/** After it every open page has asked again. */
const A_WHILE_MS = 20_000;
const GOOGLE = 'google-calendar';
const ADA = { email: 'ada@example.com', name: 'Ada', password: madeUp() };
const BOB = { email: 'bob@example.com', name: 'Bob', password: madeUp() };

test.each(Object.keys(SIZES) as Size[])(
  'a credential lives its life before the eyes of three people, in a window of a %s',
  async size => {
    const world = await startWorld(sqlite, open, size);
    for (const { password } of [ADA, BOB]) addSecret(world.sides.secrets, 'password', password);
    const admin = await world.openStage();
    await setInstanceUp(world, admin);
    const desk = await world.openStage();
    await setPlatformUp(world, desk);
    await enableApp(world, admin);
    const userId = await addUser(world, admin);
    const bob = await world.openStage();
    await signInFirst(world, bob);
    await connect(world, bob, userId);
    await seeBothSides(world, admin, desk);
    await seeRefreshes(world, admin, userId);
    await disableAndEnable(world, admin, bob, userId);
    await revokeAndReconnect(world, { admin, desk, bob, userId });
    await lookAtTheRest(admin, desk);
    await expectNoSecrets(world);
  },
  180_000,
);

/** The printed link, the first account, out and in again. */
async function setInstanceUp({ sides }: World, { page, go, look }: Stage): Promise<void> {
  const link = await openSetUp(page, sides.instance);
  addSecret(sides.secrets, 'set-up code', new URL(link).hash.slice('#code='.length));
  await look('set-up', 'Welcome');
  await makeAccount(page, ADA);
  await go('Users');
  await look('users-first', 'Users');
  const menu = page.getByRole('button', { name: 'Open the menu' });
  if (await menu.isVisible()) await menu.click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await look('sign-in', 'Sign in');
  await signIn(page, sides.toInstance.url, ADA);
  await page.getByRole('heading', { level: 1, name: 'Apps' }).waitFor();
}

async function setPlatformUp({ sides }: World, { page, go, look }: Stage): Promise<void> {
  const link = await openSetUp(page, sides.platform);
  addSecret(sides.secrets, 'set-up code', new URL(link).hash.slice('#code='.length));
  await makeAccount(page, ADA);
  await page.getByText('Nobody is connected yet').waitFor();
  await look('desk-empty', 'Connections');
  await go('App keys');
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('google calendar');
  await page.getByRole('button', { name: 'Keys of Google Calendar' }).click();
  const dialog = await typeKeys(page);
  await look('desk-app-keys');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText("Compared with the instance's keys: 1 only here.").waitFor();
  await look('desk-apps', 'App keys');
}

/** Enabled before it has keys: it asks for them. */
async function enableApp({ pass }: World, { page, look }: Stage): Promise<void> {
  // What the platform has is asked once in a while.
  await pass(60_000);
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('google calendar');
  await page.getByText(/^2 of /).waitFor();
  await look('apps', 'Apps');
  await page.getByRole('switch', { name: 'Google Calendar is enabled' }).press('Space');
  const dialog = await typeKeys(page);
  await look('app-keys');
  await dialog.getByRole('button', { name: 'Save and enable' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText("Compared with the platform's keys: 1 the same.").waitFor();
  await page.getByRole('button', { name: 'Keys of Google Calendar' }).click();
  await dialog.getByText("are the same as the platform's").waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

/** @returns the id, as the page shows it */
async function addUser({ sides }: World, { page, go, look }: Stage): Promise<number> {
  await go('Users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a user' });
  await dialog.getByLabel('E-mail').fill(BOB.email);
  await dialog.getByLabel('Name').fill(BOB.name);
  await look('add-user');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name: BOB.email });
  const userId = Number(await row.getByRole('cell').first().textContent());
  expect(userId).toBeGreaterThan(0);
  await row.getByRole('button', { name: `Actions for ${BOB.email}` }).click();
  await page.getByRole('menuitem', { name: 'New one-time password' }).click();
  const shown = page.getByRole('dialog', { name: `One-time password for ${BOB.email}` });
  addSecret(sides.secrets, 'one-time password', await shown.locator('code').textContent());
  await look('one-time-password');
  await page.keyboard.press('Escape');
  await shown.waitFor({ state: 'detached' });
  await look('users', 'Users');
  return userId;
}

/** With the one-time password, which another must replace. */
async function signInFirst({ sides }: World, { page, look }: Stage): Promise<void> {
  const [password = ''] = sides.secrets.get('one-time password') ?? [];
  await signIn(page, sides.toInstance.url, { ...BOB, password });
  await look('choose-password', 'Choose a password');
  await page.getByLabel('One-time password').fill(password);
  await page.getByLabel('New password').fill(BOB.password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await look('your-apps-empty', 'Your apps');
}

/** From the app's page at the instance over the host to the platform and Google, and back. */
async function connect({ sides, host }: World, { page, go, look }: Stage, userId: number): Promise<void> {
  await go('App store');
  await page.getByRole('link', { name: 'Google Calendar' }).click();
  await look('store-app', 'Google Calendar');
  await page.getByRole('link', { name: 'Connect Google Calendar' }).click();
  await look('connect', 'Connect Google Calendar');
  expect(host.asked).toEqual([userId]);
  await consent({ page, google: sides.google });
  await look('connected', 'Google Calendar is connected');
  await page.getByRole('link', { name: 'Back to Acme Scheduling' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your apps' }).waitFor();
}

async function seeBothSides({ sides }: World, admin: Stage, desk: Stage): Promise<void> {
  await desk.go('Connections');
  await desk.page.getByRole('link', { name: 'Google Calendar' }).waitFor();
  expect(await sides.platform.runOutbox()).toBe(1);
  await desk.look('desk-connections', 'Connections');
  await desk.page.getByRole('link', { name: 'Google Calendar' }).click();
  await desk.page.getByText('Delivered', { exact: true }).first().waitFor();
  await desk.look('desk-connection', 'Google Calendar of bob');
  await desk.go('Deliveries');
  const row = desk.page.getByRole('row', { name: 'Google Calendar' });
  await row.getByText('Delivered', { exact: true }).waitFor();
  await desk.look('desk-deliveries', 'Deliveries');
  await row.getByRole('button', { name: 'Payload' }).click();
  await desk.page.getByRole('dialog').getByText('Kinds stand in the place of values').waitFor();
  await desk.look('desk-payload');
  await desk.page.keyboard.press('Escape');

  await admin.go('Credentials');
  await statusOf(admin, 'Working');
  await admin.look('credentials', 'Credentials');
}

/** In the list of credentials: it asks again by itself. */
async function statusOf({ page }: Stage, status: string): Promise<void> {
  await page.getByRole('row', { name: BOB.email }).getByText(status, { exact: true }).waitFor();
}

/** Once by a person's click, once because somebody needs a token. */
async function seeRefreshes({ sides, pass }: World, admin: Stage, userId: number): Promise<void> {
  const { page } = admin;
  await pass(2 * HOUR_MS);
  await statusOf(admin, 'Expired');
  await admin.look('credentials-expired', 'Credentials');
  await page.getByRole('row', { name: BOB.email }).getByRole('link', { name: 'Google Calendar' }).click();
  await page.getByText('Expired', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Ask the platform now' }).click();
  await page.getByText('The platform gave a token.').waitFor();
  await page.getByText('Working', { exact: true }).waitFor();
  await page.getByText(/Token refreshed/).waitFor();
  await admin.look('credential', `Google Calendar of ${BOB.email}`);

  await pass(2 * HOUR_MS);
  await page.getByText('Expired', { exact: true }).waitFor();
  expect((await token(sides, userId, GOOGLE)).status).toBe(200);
  await pass(A_WHILE_MS);
  await page.getByText('Working', { exact: true }).waitFor();
  await admin.go('Activity');
  await page
    .getByRole('row', { name: /Token refreshed/ })
    .nth(1)
    .waitFor();
  await admin.look('activity', 'Activity');
}

async function disableAndEnable({ sides }: World, admin: Stage, bob: Stage, userId: number): Promise<void> {
  await admin.go('Apps');
  await admin.page
    .getByRole('navigation', { name: 'Categories' })
    .getByRole('link', { name: /^Calendar/ })
    .click();
  const control = admin.page.getByRole('switch', { name: 'Google Calendar is enabled' });
  await control.press('Space');
  const dialog = admin.page.getByRole('dialog', { name: 'Disable Google Calendar' });
  await dialog.getByText('One user loses the use of it').waitFor();
  await dialog.getByText(BOB.email).waitFor();
  await admin.look('app-disable');
  await dialog.getByRole('button', { name: 'Disable Google Calendar' }).click();
  await dialog.waitFor({ state: 'detached' });
  const refused = await token(sides, userId, GOOGLE);
  expect(await refused.json()).toMatchObject({ code: 'app_disabled' });
  await bob.page.reload();
  await bob.page.getByText('An administrator has disabled Google Calendar here').waitFor();
  await bob.look('your-apps-disabled', 'Your apps');
  await control.press('Space');
  await admin.page.getByText('Google Calendar is enabled.').waitFor();
  expect((await token(sides, userId, GOOGLE)).status).toBe(200);
}

interface People {
  readonly admin: Stage;
  readonly desk: Stage;
  readonly bob: Stage;
  readonly userId: number;
}

/** Bob withdraws the grant at Google: both sides say what to do, his own page leads him back, and it works again. */
async function revokeAndReconnect(world: World, { admin, desk, bob, userId }: People): Promise<void> {
  const { sides, host, pass } = world;
  for (const grant of sides.secrets.get('refresh token') ?? []) {
    const body = new URLSearchParams({ token: grant });
    await fetch(`${sides.google}/oauth2/revoke`, { method: 'POST', body });
  }
  await pass(2 * HOUR_MS);
  await admin.go('Credentials');
  await admin.page
    .getByRole('row', { name: BOB.email })
    .getByRole('link', { name: 'Google Calendar' })
    .click();
  await admin.page.getByRole('button', { name: 'Ask the platform now' }).click();
  await admin.page.getByText('Needs reconnect', { exact: true }).waitFor();
  await admin.page.getByText('The user must connect the app again; give them a new link.').waitFor();
  await admin.look('credential-dead', `Google Calendar of ${BOB.email}`);
  await desk.go('Connections');
  await desk.page
    .getByRole('row', { name: 'Google Calendar' })
    .getByText('Needs reconnect', { exact: true })
    .waitFor();
  await desk.page.getByText('The user must connect the app again; give them a new link.').waitFor();
  await desk.look('desk-dead', 'Connections');

  await bob.page.reload();
  const again = bob.page.getByRole('link', { name: 'Connect Google Calendar again' });
  await again.waitFor();
  await bob.look('your-apps-dead', 'Your apps');
  host.returnUrl = `${sides.toInstance.url}/apps/installed`;
  await again.click();
  await consent({ page: bob.page, google: sides.google });
  await bob.page.waitForURL(`${sides.toInstance.url}/apps/installed?keyferry=connected&app=${GOOGLE}`);
  expect(host.asked).toEqual([userId, userId]);
  expect(await sides.platform.runOutbox()).toBeGreaterThan(0);
  await bob.page.reload();
  await bob.page.getByText('Connected', { exact: true }).waitFor();
  await bob.look('your-apps', 'Your apps');

  await pass(A_WHILE_MS);
  await admin.page.getByText('Working', { exact: true }).waitFor();
  await admin.page.getByRole('alert').waitFor({ state: 'detached' });
  await desk.page
    .getByRole('row', { name: 'Google Calendar' })
    .getByText('Connected', { exact: true })
    .waitFor();
  expect((await token(sides, userId, GOOGLE)).status).toBe(200);
}

async function lookAtTheRest(admin: Stage, desk: Stage): Promise<void> {
  await admin.go('Settings');
  await admin.page.getByRole('button', { name: 'Examine now' }).click();
  await admin.page.getByText('the same on both sides, of as many apps: 1').waitFor();
  await admin.look('settings', 'Settings');
  for (const [label, name] of [
    ['Targets', 'desk-targets'],
    ['About to end', 'desk-endings'],
    ['Operators', 'desk-operators'],
    ['Settings', 'desk-settings'],
  ] as const) {
    await desk.go(label);
    await desk.look(name, label);
  }
}
