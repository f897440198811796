import type { Page } from 'playwright-core';
import { ADMIN } from '../sign-in.ts';

interface Role {
  readonly setupLink: () => Promise<string | null>;
}

/** Makes the first account through the set-up page, as the one who started the server does. */
export async function setUp(page: Page, role: Role): Promise<void> {
  const link = await role.setupLink();
  if (link === null) throw new Error('Somebody has set it up already.');
  await page.goto(link);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Name').fill(ADMIN.name);
  await page.getByLabel(/^Password/).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('link', { name: ADMIN.name }).waitFor();
}

/** Signs in as the administrator that `setUp` made. */
export async function signIn(page: Page, url: string, { email, password } = ADMIN): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
