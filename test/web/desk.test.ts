import { expect, test } from 'vitest';
import { addUser } from '../../src/instance/index.ts';
import { type BothSides, startBothSides } from '../both-sides.ts';
import { engines } from '../engines.ts';
import { ADMIN } from '../sign-in.ts';
import { scrollsSideways, stumblingBlocks } from './axe.ts';
import { launchBrowser, SIZES } from './ground.ts';
import { setUp, signIn } from './set-up.ts';

const open = launchBrowser();
const [sqlite] = engines;
if (!sqlite) throw new Error('There is no SQLite.');

/** Every page of the desk is looked at, with axe. */
const LONG_MS = 90_000;

async function connectZoom({ platform, userId, clock }: BothSides, externalUserId = 'ada'): Promise<void> {
  await platform.api('POST', '/api/keyferry/v1/connections', {
    externalUserId,
    calcomUserId: userId,
    appSlug: 'zoom',
    credential: { access_token: 'access', refresh_token: 'refresh', expiry_date: clock.now() + 3_600_000 },
  });
}

test('the operator sets the desk up, sees what is connected, whether the target is in step, and ends it', async () => {
  const sides = await startBothSides(sqlite, async () => ({}));
  const { page, picture } = await open();
  await setUp(page, sides.platform.role);
  await page.getByText('Nobody is connected yet').waitFor();
  await connectZoom(sides);
  await page.getByRole('link', { name: /^1\s*Deliveries waiting/ }).waitFor();
  await page.getByRole('link', { name: 'Targets' }).click();
  await page.getByText('Catching up').waitFor();
  await sides.platform.role.runOutbox();
  await page.getByText('In step').waitFor();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('a text came back whole').waitFor();
  await picture('desk-targets');
  expect(await stumblingBlocks(page)).toEqual([]);

  await page.getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('link', { name: /^0\s*Deliveries waiting/ }).waitFor();
  await picture('desk-connections');
  await page.getByRole('link', { name: /^Zoom/ }).click();
  await page.getByRole('heading', { name: /of ada/ }).waitFor();
  await page.getByText('Delivered', { exact: true }).first().waitFor();
  await picture('desk-connection');
  expect(await stumblingBlocks(page)).toEqual([]);

  await page.getByRole('button', { name: 'Disconnect' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The user can connect again').waitFor();
  expect(await stumblingBlocks(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Nobody is connected yet').waitFor();
});

test.each(Object.keys(SIZES) as (keyof typeof SIZES)[])(
  'the desk in a %s window: a delivery is looked at and sent again, keys are set, an end is foreseen',
  async size => {
    const sides = await startBothSides(sqlite, async () => ({}));
    const { platform, instance, userId, clock } = sides;
    // Nobody has that id yet, so that the instance refuses it.
    await connectZoom({ ...sides, userId: userId + 1 });
    await platform.role.runOutbox();
    const { page, picture } = await open({ size, dark: size === 'phone' });
    await setUp(page, platform.role);
    const check = async (name: string) => {
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      expect([name, await scrollsSideways(page), await stumblingBlocks(page)]).toEqual([name, false, []]);
      await picture(`desk-${name}-${size}`);
    };
    const show = async (name: string, title: string) => {
      // As a link within the pages does it: nothing is loaded anew.
      await page.evaluate(`history.pushState(null, '', '/${name}')`);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    };
    const dialog = page.getByRole('dialog');
    await page.getByRole('link', { name: /^1\s*Deliveries stopped/ }).waitFor();
    await check('connections');

    await show('deliveries', 'Deliveries');
    await page.getByText('User not found').waitFor();
    await check('deliveries');
    await page.getByRole('button', { name: 'Payload: Push, Zoom Video' }).click();
    await dialog.getByText('"access_token": "string"').waitFor();
    await check('payload');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await addUser(instance.role.database, { email: 'bob@example.com' }, clock.now())).id).toBe(
      userId + 1,
    );
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('Waiting', { exact: true }).last().waitFor();
    await platform.role.runOutbox();
    await page.getByText('Delivered', { exact: true }).last().waitFor();

    await show('apps', 'App keys');
    await page.getByText("Compared with the instance's keys: 2 the same.").waitFor();
    await check('apps');
    await page.getByRole('searchbox', { name: 'Search apps' }).fill('zoom');
    await page.getByText(/^1 of /).waitFor();
    await page.getByRole('button', { name: 'Keys of Zoom Video' }).click();
    await dialog.getByText(`${platform.url}/api/connect/callback`).waitFor();
    const day = new Date(clock.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await dialog.getByLabel('Client secret expires at').fill(day);
    await dialog.getByLabel('Client ID').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Client ID is missing').waitFor();
    await check('keys');
    await dialog.getByLabel('Client ID').fill('another-client');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('listitem').getByText('Keys differ from the instance').waitFor();
    await page.getByRole('listitem').getByText('client secret ends').waitFor();
    await picture(`desk-app-${size}`);

    await show('endings', 'About to end');
    await page.getByRole('link', { name: 'Client secret of Zoom Video' }).waitFor();
    await check('endings');
    await show('targets', 'Targets');
    await check('targets');
    await show('operators', 'Operators');
    await check('operators');
    await show('account', 'Account');
    await check('account');
  },
  LONG_MS,
);

test('another operator gets a one-time password, and must choose another', async () => {
  const sides = await startBothSides(sqlite, async () => ({}));
  const { page } = await open();
  await setUp(page, sides.platform.role);
  await page.getByRole('link', { name: 'Operators' }).click();
  await page.getByRole('button', { name: 'Add an operator' }).click();
  await page.getByLabel('E-mail').fill('bob@example.com');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const password = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
  await page.keyboard.press('Escape');
  await page.getByText('Must choose a password').waitFor();

  const bob = await open();
  await signIn(bob.page, sides.platform.url, { ...ADMIN, email: 'bob@example.com', password });
  await bob.page.getByLabel('One-time password').fill(password);
  await bob.page.getByLabel('New password').fill('a boat full of keys');
  expect(await stumblingBlocks(bob.page)).toEqual([]);
  await bob.page.getByRole('button', { name: 'Change the password' }).click();
  await bob.page.getByRole('heading', { name: 'Connections' }).waitFor();

  await page.getByRole('row', { name: /bob/ }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('row', { name: /bob/ }).waitFor({ state: 'detached' });
  await bob.page.reload();
  await bob.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});
