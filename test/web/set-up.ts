import type { Page } from 'playwright-core';
import { ADMIN } from '../sign-in.ts';

interface Role {
  readonly setupLink: () => Promise<string | null>;
}

/** Makes the first account through the set-up page, as the one who started the server does. */
export async function setUp(page: Page, role: Role): Promise<void> {
  await openSetUp(page, role);
  await makeAccount(page);
}

/** Opens the link that the server printed. @returns the link */
export async function openSetUp(page: Page, role: Role): Promise<string> {
  const link = await role.setupLink();
  if (link === null) throw new Error('Somebody has set it up already.');
  await page.goto(link);
  return link;
}

/** Fills in the set-up page. */
export async function makeAccount(page: Page, { email, name, password } = ADMIN): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('link', { name }).waitFor();
}

/** Signs in, as the administrator that `setUp` made where nobody else is named. */
export async function signIn(
  page: Page,
  url: string,
  { email, password }: { email: string; password: string } = ADMIN,
): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
