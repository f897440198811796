import { expect, test } from 'vitest';
import { type BothSides, startBothSides } from '../both-sides.ts';
import { engines } from '../engines.ts';
import { ADMIN } from '../sign-in.ts';
import { scrollsSideways, stumblingBlocks } from './axe.ts';
import { launchBrowser, SIZES } from './ground.ts';
import { setUp, signIn } from './set-up.ts';

const open = launchBrowser();
const [sqlite] = engines;
if (!sqlite) throw new Error('There is no SQLite.');

async function connectZoom({ platform, userId, clock }: BothSides, externalUserId = 'ada'): Promise<void> {
  await platform.api('POST', '/api/keyferry/v1/connections', {
    externalUserId,
    calcomUserId: userId,
    appSlug: 'zoom',
    credential: { access_token: 'access', refresh_token: 'refresh', expiry_date: clock.now() + 3_600_000 },
  });
}

test('the operator sets the desk up, sees what is connected, and ends it', async () => {
  const sides = await startBothSides(sqlite, async () => ({}));
  const { page, picture } = await open();
  await setUp(page, sides.platform.role);
  await page.getByText('Nobody is connected yet').waitFor();
  await connectZoom(sides);
  await page.getByRole('link', { name: 'Zoom' }).waitFor();
  await sides.platform.role.runOutbox();
  await page.getByRole('link', { name: /^0\s*Deliveries waiting/ }).waitFor();
  await picture('desk-connections');
  expect(await stumblingBlocks(page)).toEqual([]);

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

test('a target that is not in step is shown, and asked', async () => {
  const sides = await startBothSides(sqlite, async () => ({}));
  const { page, picture } = await open();
  await setUp(page, sides.platform.role);
  await connectZoom(sides);
  await page.getByRole('link', { name: 'Targets' }).click();
  await page.getByText('Catching up').waitFor();
  await sides.platform.role.runOutbox();
  await page.getByText('In step').waitFor();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('a text came back whole').waitFor();
  await picture('desk-targets');
  expect(await stumblingBlocks(page)).toEqual([]);
});

test.each(Object.keys(SIZES) as (keyof typeof SIZES)[])(
  'every page of the desk stands in a %s window',
  async size => {
    const sides = await startBothSides(sqlite, async () => ({}));
    await connectZoom(sides);
    const { page, picture } = await open({ size, dark: size === 'phone' });
    await setUp(page, sides.platform.role);
    for (const name of ['connections', 'deliveries', 'apps', 'targets', 'endings', 'operators', 'account']) {
      await page.goto(`${sides.platform.url}/${name}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      expect([name, await scrollsSideways(page), await stumblingBlocks(page)]).toEqual([name, false, []]);
      await picture(`desk-${name}-${size}`);
    }
  },
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
