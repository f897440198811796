import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { formServices } from '../../../test/form-services.ts';
import { browser } from '../../../test/platform/browser.ts';
import {
  CALCOM_USER,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  type PlatformOptions,
  pushed,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { ADA, hasRadicale, startRadicale } from '../../../test/radicale.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { aesKey, decryptKeys } from '../../protocol/index.ts';

const USER = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };

async function link({ api }: TestPlatform, members: object): Promise<string> {
  const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, ...members });
  expect(response.status).toBe(201);
  return ((await response.json()) as { url: string }).url;
}

function newBrowser({ platform }: TestPlatform) {
  return browser({ [PLATFORM_URL]: platform.fetch });
}

/** A browser with the form of CalDAV before it. */
async function setUp(members: object = {}, options: PlatformOptions = {}) {
  const services = await formServices();
  const all = await startPlatform({ allowPrivateAddresses: true, ...options });
  const ada = newBrowser(all);
  const url = await link(all, { apps: ['caldav-calendar'], ...members });
  const page = await ada.get(url);
  const html = await page.text();
  const [, action = ''] = /action="([^"]+)"/.exec(html) ?? [];
  return { services, all, ada, url, page, html, action, entered: { ...ADA, url: `${services.url}/dav/` } };
}

test('the page has a form without script that posts to its own session', async () => {
  const { page, html, action } = await setUp({ returnUrl: 'https://host.example/done' });
  expect(page.status).toBe(200);
  expect(html).not.toContain('<script');
  expect(action).toMatch(/^http:\/\/platform\.test\/connect\/session\/[0-9a-f-]{36}\/caldav-calendar$/);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("form-action 'self' https://host.example;");
  expect(policy).toContain("default-src 'none'");
  expect(page.headers.get('cache-control')).toBe('no-store');
});

test('what is entered is connected, once', async () => {
  const { all, ada, action, entered } = await setUp();
  const end = await ada.post(action, entered);
  expect(end.status).toBe(200);
  expect(await end.text()).toContain('CalDav (Beta) is connected');
  expect(await connectionsOf(all)).toMatchObject([
    { status: 'connected', version: 1, events: [{ kind: 'connection.connected' }] },
  ]);
  expect((await ada.post(action, entered)).status).toBe(410);
  expect(await connectionsOf(all)).toMatchObject([{ version: 1 }]);
});

test('nothing of a secret is stored in clear or logged', async () => {
  const { all, ada, action, entered } = await setUp();
  await ada.post(action, { ...entered, password: 'WRONG-MARK' });
  await ada.post(action, entered);
  const rows = await sql`select * from "connection"`.execute(all.platform.database.db);
  for (const text of [JSON.stringify(rows.rows), all.logged.join('\n')]) {
    expect(text).not.toContain(ADA.password);
    expect(text).not.toContain('WRONG-MARK');
  }
});

test('what is wrong is shown in the form, with what was entered but the secret, and can be mended', async () => {
  const { all, ada, action, entered } = await setUp();
  const empty = await ada.post(action, {});
  expect(empty.status).toBe(422);
  expect(await empty.text()).toContain('Fill this in.');
  const wrong = await ada.post(action, { ...entered, password: 'WRONG-MARK' });
  const html = await wrong.text();
  expect(wrong.status).toBe(422);
  expect(html).toContain('does not accept this user name and password');
  expect(html).toContain(`value="${entered.url}"`);
  expect(html).toContain('value="ada"');
  expect(html).not.toContain('WRONG-MARK');
  expect(await connectionsOf(all)).toEqual([]);
  expect((await ada.post(action, entered)).status).toBe(200);
});

test('a private address is refused unless the operator allows it', async () => {
  const { ada, action, entered } = await setUp({}, { allowPrivateAddresses: false });
  const answer = await ada.post(action, entered);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('is not on the public internet');
});

test('a link is no way to guess passwords: it ends after twenty tries', async () => {
  const { all, ada, action, entered, services } = await setUp();
  const statuses = [];
  for (let guess = 1; guess <= 21; guess += 1) {
    statuses.push((await ada.post(action, { ...entered, password: `guess-${guess}` })).status);
  }
  expect(statuses).toEqual([...Array(20).fill(422), 410]);
  expect(services.received).toHaveLength(20);
  expect((await ada.post(action, entered)).status).toBe(410);
  expect(await connectionsOf(all)).toEqual([]);
});

describe('a form is not taken', () => {
  test('from another page, or from nobody knows where', async () => {
    const { all, ada, action, entered, services } = await setUp();
    const [cookie = ''] = [...(ada.cookies.get('platform.test') ?? [])].map(pair => pair.join('='));
    const headers: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${PLATFORM_URL}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      {},
    ];
    for (const header of headers) {
      const answer = await all.platform.fetch(
        new Request(action, {
          method: 'POST',
          headers: { cookie, ...header },
          body: new URLSearchParams(entered),
        }),
      );
      expect([header, answer.status]).toEqual([header, 410]);
    }
    expect(services.received).toEqual([]);
    const same = { cookie, 'sec-fetch-site': 'same-origin' };
    const request = new Request(action, {
      method: 'POST',
      headers: same,
      body: new URLSearchParams(entered),
    });
    expect((await all.platform.fetch(request)).status).toBe(200);
  });

  test('in another browser, for another app, in another encoding, or beyond its size', async () => {
    const { all, ada, action, entered } = await setUp();
    expect((await newBrowser(all).post(action, entered)).status).toBe(410);
    for (const slug of ['apple-calendar', 'zoom', 'nothing']) {
      expect((await ada.post(action.replace('caldav-calendar', slug), entered)).status).toBe(410);
    }
    expect((await ada.post(action, { ...entered, password: 'x'.repeat(70_000) })).status).toBe(413);
    const [cookie = ''] = [...(ada.cookies.get('platform.test') ?? [])].map(pair => pair.join('='));
    const json = await all.platform.fetch(
      new Request(action, {
        method: 'POST',
        headers: { cookie, origin: PLATFORM_URL, 'content-type': 'application/json' },
        body: JSON.stringify(entered),
      }),
    );
    expect(json.status).toBe(400);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('after the link has ended', async () => {
    const { all, ada, action, entered } = await setUp();
    all.clock.advance(31 * 60_000);
    expect((await ada.post(action, entered)).status).toBe(410);
    expect(await connectionsOf(all)).toEqual([]);
  });
});

test('several apps are chosen on one page: a form beside a walk to a provider', async () => {
  const services = await formServices();
  const all = await startPlatform({ allowPrivateAddresses: true });
  const ada = newBrowser(all);
  const choice = await (await ada.get(await link(all, { apps: ['ics-feed', 'zoom'] }))).text();
  const [, href = ''] = /href="([^"]+ics-feed)"/.exec(choice) ?? [];
  const [, action = ''] = /action="([^"]+)"/.exec(await (await ada.get(href)).text()) ?? [];
  const end = await (await ada.post(action, { urls: `webcal://${new URL(services.url).host}/x` })).text();
  // webcal is https, which the server of the test does not speak.
  expect(end).toMatch(/certificate|cannot be reached/);
  const connected = await (await ada.post(action, { urls: `${services.url}/feed.ics` })).text();
  expect(connected).toContain('Connect another app');
  expect((await ada.get(href)).status).toBe(410);
});

test('an app without a form and without keys, or with nothing to connect, gets no link', async () => {
  const { api } = await startPlatform();
  for (const [slug, status, code] of [
    ['hubspot', 409, 'app_keys_missing'],
    ['ga4', 404, 'app_not_found'],
  ] as const) {
    const answer = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, apps: [slug] });
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  }
});

test('entering it again keeps the connection, and pushes what is newest', async () => {
  const receiver = await scriptedServer();
  const { all, ada, action, entered } = await setUp({}, { webappUrl: receiver.url });
  await ada.post(action, entered);
  const again = newBrowser(all);
  const page = await (await again.get(await link(all, { apps: ['caldav-calendar'] }))).text();
  const [, second = ''] = /action="([^"]+)"/.exec(page) ?? [];
  await again.post(second, entered);
  expect(await connectionsOf(all)).toMatchObject([
    { version: 2, deliveries: [{ topic: 'credential.push', state: 'waiting' }] },
  ]);
  expect(await all.platform.runOutbox()).toBe(1);
  expect(receiver.received).toHaveLength(1);
});

test('what could not be delivered for want of the key is sent once a restart brings it', async () => {
  const receiver = await scriptedServer();
  const location = { file: `${temporaryFolder()}/platform.db` };
  const options = { location, targetKind: 'calcom', webappUrl: receiver.url } as const;
  const before = await startPlatform(options);
  await before.connect('sendgrid', { api_key: 'SG.1' });
  await before.platform.runOutbox();
  expect(receiver.received).toEqual([]);
  expect(await connectionsOf(before)).toMatchObject([{ deliveries: [{ state: 'stopped' }] }]);
  const key = aesKey('abcdefghijklmnopqrstuvwxyz012345');
  const after = await startPlatform({ ...options, calendsoKey: key });
  expect(await after.platform.runOutbox()).toBe(1);
  const { keys } = pushed(receiver.received[0]?.body ?? '');
  expect(JSON.parse(decryptKeys(String(keys.encrypted), key))).toEqual({ api_key: 'SG.1' });
});

test.skipIf(!hasRadicale)('against Radicale: a wrong password, then the right one', async () => {
  const radicale = await startRadicale();
  const { all, ada, action } = await setUp();
  expect((await ada.post(action, { ...ADA, url: radicale, password: 'wrong' })).status).toBe(422);
  expect((await ada.post(action, { ...ADA, url: radicale })).status).toBe(200);
  expect(await connectionsOf(all)).toMatchObject([{ status: 'connected' }]);
});
