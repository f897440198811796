import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { createBrowser, type Page } from '../testing/browser.ts';
import { type Running, startCli } from '../testing/spawn-cli.ts';

const ANY_PORTS = ['--instance-port', '0', '--platform-port', '0'];

interface Sandbox {
  readonly running: Running;
  readonly tour: string;
  readonly instance: string;
  readonly platform: string;
}

async function start(cwd: string, env: Record<string, string> = {}): Promise<Sandbox> {
  const running = startCli(['up', '--sandbox', ...ANY_PORTS], { cwd, env });
  await running.line(/Ctrl-C/);
  const address = async (pattern: RegExp) => (await running.line(pattern))[1] ?? '';
  return {
    running,
    tour: await address(/Open next\s+(\S+)/),
    instance: await address(/Instance\s+(\S+)/),
    platform: await address(/Platform\s+(\S+)/),
  };
}

test('the first start makes secrets and an admin, the second one reuses them', async () => {
  const cwd = temporaryFolder();
  const first = await start(cwd);
  expect(first.tour).toBe(`${first.platform}/sandbox`);
  expect(first.running.output.stdout).toMatch(
    /admin@localhost\.test, one-time password [a-z2-9]{4}(-[a-z2-9]{4}){3} /,
  );
  for (const role of [first.instance, first.platform]) {
    expect((await fetch(`${role}/health/live`)).status).toBe(200);
    expect((await fetch(`${role}/health/ready`)).status).toBe(200);
  }
  expect(await first.running.stop('SIGINT')).toMatchObject({ status: 0 });

  const file = join(cwd, 'data', 'secrets.env');
  const secrets = readFileSync(file, 'utf8');
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(modeOf(join(cwd, 'data'))).toBe('700');
  for (const name of ['secrets.env', 'instance.db', 'platform.db'])
    expect(modeOf(join(cwd, 'data', name))).toBe('600');

  const second = await start(cwd);
  expect(second.running.output.stdout).not.toContain('password');
  expect(readFileSync(file, 'utf8')).toBe(secrets);
  const { KEYFERRY_API_KEY = '' } = parseEnv(secrets);
  const users = await fetch(`${second.instance}/api/v1/users`, {
    headers: { authorization: `Bearer ${KEYFERRY_API_KEY}` },
  });
  expect(await users.json()).toMatchObject({
    users: [
      { email: 'admin@localhost.test', role: 'ADMIN' },
      { email: 'demo@localhost.test', role: 'USER' },
    ],
  });
  const ended = await second.running.stop('SIGTERM');
  expect(ended.status).toBe(0);
  for (const secret of Object.values(parseEnv(secrets)))
    expect(ended.stdout + ended.stderr).not.toContain(secret);
});

test('what the environment sets wins over what would be generated', async () => {
  const cwd = temporaryFolder();
  const key = 'a-key-of-the-operator-s-own';
  const { instance } = await start(cwd, {
    KEYFERRY_API_KEY: key,
    CALCOM_CREDENTIAL_SYNC_SECRET: 'their-secret',
  });
  const answer = await fetch(`${instance}/api/v1/users`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  const kept = parseEnv(readFileSync(join(cwd, 'data', 'secrets.env'), 'utf8'));
  expect(kept).not.toHaveProperty('KEYFERRY_API_KEY');
  expect(kept).not.toHaveProperty('CALCOM_WEBHOOK_SECRET');
});

test('the tour walks a credential from consent to refresh, and on to its end', async () => {
  const { tour } = await start(temporaryFolder());
  const browser = createBrowser();

  let page = await browser.open(tour);
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
  expect(page.text).not.toContain('<script');

  page = await consent(browser, page, 'Connect');
  page = await settled(browser, page, text => text.includes('sealedKey'));
  expect(page.text).toContain('Delivered');
  expect(page.text).toContain('<th>Answer</th>');
  const sealed = /<code class="sealed">([^<]+)/.exec(page.text)?.[1] ?? '';
  expect(sealed).toMatch(/^k\d{8}\.[A-Za-z0-9_-]{80,}/);

  page = await browser.click(page, 'Look into the calendar');
  expect(page.text).toContain('Used, with the token that the instance had.');
  expect(page.text).toContain('Lunch with Ada');
  page = await browser.click(page, 'Make an event for tomorrow');
  expect(page.text).toContain('<td>Made by the Keyferry tour</td>');

  page = await browser.click(page, 'Set the clock past the expiry');
  expect(page.text).toMatch(/The token has expired: use it again/);
  expect(page.text).toMatch(/Clock of the sandbox: [^<]+, 61 min ahead/);
  page = await browser.click(page, 'Use it again');
  expect(page.text).toContain('fetched a fresh one from the platform (version 1 to ');
  expect(page.text).toMatch(/1 before the last use, [23] after it/);
  expect(page.text).toContain('Made by the Keyferry tour');

  const row = page.text.split('<tr>').find(text => text.includes('Made by the Keyferry tour')) ?? '';
  const made = page.forms.find(({ label, fields }) => label === 'Delete' && row.includes(`"${fields.id}"`));
  if (!made) throw new Error('The event has no button.');
  page = await browser.click(page, made);
  expect(page.text).toContain('The event is deleted.');
  expect(page.text).not.toContain('Made by the Keyferry tour');

  page = await browser.click(page, 'Disconnect');
  expect(page.text).toContain('Disconnected: revoked at the provider');
  page = await settled(browser, page, text => !text.includes('sealedKey'));
  expect(page.forms.map(form => form.label)).toEqual(['Connect']);
});

test("the instance's own pages lead over the sandbox to the connect page and back; the tour leads into both roles", async () => {
  const { running, tour, instance, platform } = await start(temporaryFolder());
  const browser = createBrowser();
  const { text } = await browser.open(tour);
  for (const link of [
    `${instance}/settings/admin/apps`,
    `${instance}/credentials`,
    `${platform}/connections`,
  ]) {
    expect(text).toContain(`<a href="${link}">`);
    expect((await browser.open(link)).status).toBe(200);
  }

  const [, current = ''] = await running.line(/one-time password (\S+)/);
  const ask = async (method: string, path: string, cookie: string, body?: object) =>
    fetch(`${instance}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const signedIn = await ask('POST', '/api/session', '', {
    email: 'admin@localhost.test',
    password: current,
  });
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  await ask('PUT', '/api/session/password', cookie, { current, password: 'a password of my own' });
  const { apps } = (await (await ask('GET', '/api/me/apps', cookie)).json()) as {
    apps: { slug: string; connectUrl: string }[];
  };
  const link = apps.find(({ slug }) => slug === 'google-calendar')?.connectUrl ?? '';
  expect(link).toMatch(`${platform}/sandbox/apps?app=google-calendar&user=`);

  const connect = await browser.open(link);
  const google = await browser.open(await setOut(browser, connect.url));
  const back = await browser.click({ ...google, headers: new Headers() }, 'D');
  expect(back.url).toBe(`${instance}/apps/installed?keyferry=connected&app=google-calendar`);
  const own = async () => (await ask('GET', '/api/me/credentials', cookie)).text();
  await expect.poll(own, { timeout: 10_000 }).toContain('"appSlug":"google-calendar"');

  const wrong = await browser.open(`${platform}/sandbox/apps?app=google-calendar`);
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('names no app or no user')]);
  const keyless = await browser.open(`${platform}/sandbox/apps?app=zoom&user=1`);
  expect([keyless.status, keyless.text]).toEqual([502, expect.stringContaining('keys')]);
});

test('a restart forgets the grants of the emulated Google, and the tour says so', async () => {
  const cwd = temporaryFolder();
  const first = await start(cwd);
  const browser = createBrowser();
  let page = await consent(browser, await browser.open(first.tour), 'Connect');
  await settled(browser, page, text => text.includes('sealedKey'));
  await first.running.stop();

  const second = await start(cwd);
  page = await browser.open(second.tour);
  expect(page.text).toContain('This grant is from an earlier start.');
  page = await consent(browser, page, 'Connect again');
  page = await settled(browser, page, text => text.includes('Delivered'));
  expect(page.text).not.toContain('This grant is from an earlier start.');
  page = await browser.click(page, 'Look into the calendar');
  page = await browser.click(page, 'Set the clock past the expiry');
  page = await browser.click(page, 'Use it again');
  expect(page.text).toContain('fetched a fresh one from the platform');
});

test('keys of a real client are kept, and Google is then not emulated', async () => {
  const cwd = temporaryFolder();
  const first = await start(cwd);
  const { KEYFERRY_API_KEY } = parseEnv(readFileSync(join(cwd, 'data', 'secrets.env'), 'utf8'));
  await fetch(`${first.platform}/api/keyferry/v1/apps/google-calendar`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEYFERRY_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ keys: { client_id: 'a-real-client', client_secret: 'its-secret' } }),
  });
  await first.running.stop();

  const { tour, platform } = await start(cwd);
  const page = await createBrowser().open(tour);
  expect(page.text).toContain('Google: the real one');
  expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${platform};`);
  const link = await fetch(`${tour}/connect`, {
    method: 'POST',
    headers: { origin: platform },
    redirect: 'manual',
  });
  const address = new URL(await setOut(createBrowser(), link.headers.get('location') ?? ''));
  expect([address.origin, address.searchParams.get('client_id')]).toEqual([
    'https://accounts.google.com',
    'a-real-client',
  ]);
});

test('what goes wrong is said on the page, with its remedy', async () => {
  const cwd = temporaryFolder();
  const { tour, instance } = await start(cwd);
  const browser = createBrowser();
  let page = await browser.open(`${tour}?keyferry=error&code=consent_denied`);
  expect(page.text).toContain('Not connected (consent_denied).');
  page = await consent(browser, page, 'Connect');
  page = await settled(browser, page, text => text.includes('sealedKey'));
  const { KEYFERRY_API_KEY } = parseEnv(readFileSync(join(cwd, 'data', 'secrets.env'), 'utf8'));
  await fetch(`${instance}/api/keyferry/v1/apps/google-calendar`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEYFERRY_API_KEY}`, 'content-type': 'application/json' },
    body: '{"enabled":false}',
  });
  page = await browser.click(page, 'Look into the calendar');
  expect(page.text).toMatch(/class="notice bad".*\(app_disabled\).*<p>/s);
});

test('the tour takes no form of another site and answers under no other name', async () => {
  const { tour } = await start(temporaryFolder());
  const foreign = await fetch(`${tour}/connect`, {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
  });
  expect(foreign.status).toBe(403);
  expect(await foreign.text()).toContain('A form of another site is not taken.');
  const { request } = await import('node:http');
  const status = await new Promise(resolve =>
    request(tour, { headers: { host: 'evil.example' } }, answer => resolve(answer.statusCode)).end(),
  );
  expect(status).toBe(403);
});

type Browser = ReturnType<typeof createBrowser>;

/** Opens a link as the connect page does. @returns where that sends the browser */
async function setOut(browser: Browser, link: string): Promise<string> {
  const sessions = new URL('/api/connect/sessions', link).href;
  const { id } = (await browser.ask(sessions, { token: link.split('/').at(-1) })) as { id: string };
  const begun = await browser.ask(`${sessions}/${id}/apps/google-calendar/begin`, {});
  return (begun as { location: string }).location;
}

/** From a button of the tour over the connect page, and through the consent of the emulated Google. */
async function consent(browser: Browser, page: Page, label: string): Promise<Page> {
  const connect = await browser.click(page, label);
  expect(new URL(connect.url).pathname).toMatch(/^\/connect\/[\w-]{43}$/);
  expect(connect.status).toBe(200);
  const google = await browser.open(await setOut(browser, connect.url));
  expect(google.text).toContain('Sign in to');
  return browser.click({ ...google, headers: new Headers() }, 'D');
}

/** Loads the page until the delivery has arrived. */
async function settled(browser: Browser, page: Page, done: (text: string) => boolean): Promise<Page> {
  for (let tries = 0; tries < 100; tries += 1) {
    const seen = await browser.open(page.url);
    if (done(seen.text)) return seen;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`It did not settle:\n${page.text}`);
}
