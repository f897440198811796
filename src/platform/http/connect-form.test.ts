import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { formServices } from '../../../test/form-services.ts';
import { connectLink, newBrowser } from '../../../test/platform/connect-ground.ts';
import { appAddress, openSession } from '../../../test/platform/connect-page.ts';
import {
  CALCOM_USER,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  type PlatformOptions,
  pushed,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { ADA, hasRadicale, startRadicale } from '../../../test/radicale.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { aesKey, decryptKeys } from '../../protocol/index.ts';

/** A browser with the form of CalDAV before it. `action`: where it is sent. */
async function setUp(members: object = {}, options: PlatformOptions = {}) {
  const services = await formServices();
  const all = await startPlatform({ allowPrivateAddresses: true, ...options });
  const ada = newBrowser(all);
  const url = await connectLink(all, { apps: ['caldav-calendar'], ...members });
  const session = await openSession(ada, url);
  const action = appAddress(url, session, 'caldav-calendar');
  const submit = (fields: object, to = action) => ada.ask('POST', to, { fields });
  const entered = { ...ADA, url: `${services.url}/dav/` };
  return { services, all, ada, url, session, action, submit, entered };
}

test('the session tells the page the fields of the form, and no secret', async () => {
  const { session } = await setUp();
  expect(session.apps).toMatchObject([{ slug: 'caldav-calendar', kind: 'form', done: false }]);
  expect(session.apps[0]?.fields).toContainEqual(
    expect.objectContaining({ name: 'password', label: 'Password', input: 'password', required: true }),
  );
});

test('what is entered is connected, once', async () => {
  const { all, submit, entered } = await setUp();
  const end = await submit(entered);
  expect([end.status, await end.json()]).toEqual([200, { returnTo: null }]);
  expect(await connectionsOf(all)).toMatchObject([
    { status: 'connected', version: 1, events: [{ kind: 'connection.connected' }] },
  ]);
  expect((await submit(entered)).status).toBe(410);
  expect(await connectionsOf(all)).toMatchObject([{ version: 1 }]);
});

test('the host that names an address gets the browser back, with the outcome', async () => {
  const { submit, entered } = await setUp({ returnUrl: 'https://host.example/done?x=1' });
  expect(await (await submit(entered)).json()).toEqual({
    returnTo: 'https://host.example/done?x=1&keyferry=connected&app=caldav-calendar',
  });
});

test('nothing of a secret is stored in clear or logged', async () => {
  const { all, submit, entered } = await setUp();
  await submit({ ...entered, password: 'WRONG-MARK' });
  await submit(entered);
  const rows = await sql`select * from "connection"`.execute(all.platform.database.db);
  for (const text of [JSON.stringify(rows.rows), all.logged.join('\n')]) {
    expect(text).not.toContain(ADA.password);
    expect(text).not.toContain('WRONG-MARK');
  }
});

test('what is wrong is told field by field, or as the service says it, and can be mended', async () => {
  const { all, submit, entered, services } = await setUp();
  const empty = await submit({});
  expect([empty.status, await empty.json()]).toMatchObject([
    400,
    {
      code: 'body_invalid',
      faults: ['url', 'username', 'password'].map(field => ({ field, reason: 'required' })),
    },
  ]);
  const nowhere = await submit({ ...entered, url: 'nowhere' });
  expect(await nowhere.json()).toMatchObject({ faults: [{ field: 'url', reason: 'url' }] });
  expect(services.received).toEqual([]);
  const wrong = await submit({ ...entered, password: 'WRONG-MARK' });
  const told = await wrong.text();
  expect([wrong.status, JSON.parse(told)]).toMatchObject([
    422,
    {
      code: 'credential_refused',
      detail: expect.stringContaining('does not accept this user name and password'),
    },
  ]);
  expect(told).not.toContain('WRONG-MARK');
  expect(await connectionsOf(all)).toEqual([]);
  expect((await submit(entered)).status).toBe(200);
});

test('a private address is refused unless the operator allows it', async () => {
  const { submit, entered } = await setUp({}, { allowPrivateAddresses: false });
  const answer = await submit(entered);
  expect([answer.status, await answer.json()]).toMatchObject([
    422,
    { code: 'address_refused', detail: expect.stringContaining('is not on the public internet') },
  ]);
});

test('a link is no way to guess passwords: it ends after twenty tries', async () => {
  const { all, submit, entered, services } = await setUp();
  const statuses = [];
  for (let guess = 1; guess <= 21; guess += 1) {
    statuses.push((await submit({ ...entered, password: `guess-${guess}` })).status);
  }
  expect(statuses).toEqual([...Array(20).fill(422), 410]);
  expect(services.received).toHaveLength(20);
  expect((await submit(entered)).status).toBe(410);
  expect(await connectionsOf(all)).toEqual([]);
});

describe('a form is not taken', () => {
  /** As a browser sends it, with other headers. */
  function raw({ all, ada, action, entered }: Awaited<ReturnType<typeof setUp>>, headers: object) {
    const [cookie = ''] = [...(ada.cookies.get('platform.test') ?? [])].map(pair => pair.join('='));
    const sent = { cookie, 'content-type': 'application/json', ...headers };
    const body = JSON.stringify({ fields: entered });
    return all.platform.fetch(new Request(action, { method: 'POST', headers: sent, body }));
  }

  test('from another page, or from nobody knows where', async () => {
    const world = await setUp();
    const headers: object[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${PLATFORM_URL}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      {},
    ];
    for (const header of headers) {
      const answer = await raw(world, header);
      expect([header, answer.status, await answer.json()]).toMatchObject([
        header,
        403,
        { code: 'origin_refused' },
      ]);
    }
    expect(world.services.received).toEqual([]);
    expect((await raw(world, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('in another browser, for another app, in another encoding, or beyond its size', async () => {
    const world = await setUp();
    const { all, ada, url, session, action, submit, entered, services } = world;
    expect((await newBrowser(all).ask('POST', action, { fields: entered })).status).toBe(410);
    for (const slug of ['apple-calendar', 'zoom', 'nothing']) {
      expect((await submit(entered, appAddress(url, session, slug))).status).toBe(410);
    }
    expect((await submit({ ...entered, password: 'x'.repeat(70_000) })).status).toBe(413);
    const type = { origin: PLATFORM_URL, 'content-type': 'text/plain' };
    expect((await raw(world, type)).status).toBe(400);
    expect((await ada.post(action, entered)).status).toBe(400);
    expect((await submit({ ...entered, password: ['a list'] })).status).toBe(400);
    expect(services.received).toEqual([]);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('after the link has ended', async () => {
    const { all, submit, entered } = await setUp();
    all.clock.advance(31 * 60_000);
    expect((await submit(entered)).status).toBe(410);
    expect(await connectionsOf(all)).toEqual([]);
  });
});

test('several apps are chosen on one page: a form beside a walk to a provider', async () => {
  const services = await formServices();
  const all = await startPlatform({ allowPrivateAddresses: true });
  const ada = newBrowser(all);
  const url = await connectLink(all, { apps: ['ics-feed', 'zoom'] });
  const session = await openSession(ada, url);
  expect(session.apps.map(({ kind }) => kind)).toEqual(['form', 'oauth']);
  const action = appAddress(url, session, 'ics-feed');
  const urls = `webcal://${new URL(services.url).host}/x`;
  // webcal is https, which the server of the test does not speak.
  const end = await (await ada.ask('POST', action, { fields: { urls } })).text();
  expect(end).toMatch(/certificate|cannot be reached/);
  const fields = { urls: `${services.url}/feed.ics` };
  expect((await ada.ask('POST', action, { fields })).status).toBe(200);
  expect((await ada.ask('POST', action, { fields })).status).toBe(410);
  expect(await openSession(ada, url)).toMatchObject({ open: true, apps: [{ done: true }, { done: false }] });
});

test('an app without a form and without keys, or with nothing to connect, gets no link', async () => {
  const { api } = await startPlatform();
  for (const [slug, status, code] of [
    ['hubspot', 409, 'app_keys_missing'],
    ['ga4', 404, 'app_not_found'],
  ] as const) {
    const answer = await api('POST', '/api/keyferry/v1/connect-sessions', {
      externalUserId: EXTERNAL_USER,
      calcomUserId: CALCOM_USER,
      apps: [slug],
    });
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  }
});

test('entering it again keeps the connection, and pushes what is newest', async () => {
  const receiver = await scriptedServer();
  const { all, submit, entered } = await setUp({}, { webappUrl: receiver.url });
  await submit(entered);
  const again = newBrowser(all);
  const url = await connectLink(all, { apps: ['caldav-calendar'] });
  const second = appAddress(url, await openSession(again, url), 'caldav-calendar');
  await again.ask('POST', second, { fields: entered });
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
  const { all, submit } = await setUp();
  expect((await submit({ ...ADA, url: radicale, password: 'wrong' })).status).toBe(422);
  expect((await submit({ ...ADA, url: radicale })).status).toBe(200);
  expect(await connectionsOf(all)).toMatchObject([{ status: 'connected' }]);
});
