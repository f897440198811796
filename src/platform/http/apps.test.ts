import { describe, expect, onTestFinished, test } from 'vitest';
import { startBothSides } from '../../../test/both-sides.ts';
import { engines } from '../../../test/engines.ts';
import { CLIENT, PLATFORM_URL, startPlatform, type TestPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { bodyOf, newAdmin, startRole, withKey } from '../../../test/sign-in.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import type { AppComparison } from './app-fingerprints.ts';
import type { PlatformApp } from './app-view.ts';

const APPS = '/api/keyferry/v1/apps';
const HOUR_MS = 3_600_000;

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly fields?: Record<string, string>;
}

async function change<Answer = PlatformApp>(
  { api }: Pick<TestPlatform, 'api'>,
  slug: string,
  keys: object,
  method = 'PATCH',
): Promise<Answer & { status: number }> {
  const response = await api(method, `${APPS}/${slug}`, { keys });
  return { ...((await response.json()) as Answer), status: response.status };
}

async function read({ api }: Pick<TestPlatform, 'api'>, slug: string): Promise<PlatformApp | undefined> {
  const { apps } = (await (await api('GET', APPS)).json()) as { apps: PlatformApp[] };
  return apps.find(app => app.slug === slug);
}

const field = (app: PlatformApp | undefined, name: string) => app?.fields.find(one => one.name === name);

test('keys are shown as set, with the values of those that are no secret', async () => {
  const all = await startPlatform();
  const keys = { ...CLIENT, redirect_uris: 'https://p.example/callback' };
  const set = await change(all, 'google-calendar', keys, 'PUT');
  expect(set).toMatchObject({
    status: 200,
    redirectUri: `${PLATFORM_URL}/api/connect/callback`,
    keysMissing: false,
    keysSetAt: all.clock.now(),
    refusedAt: null,
    held: 0,
    keys: {
      client_id: { set: true, value: CLIENT.client_id },
      client_secret: { set: true },
      redirect_uris: { set: true, value: ['https://p.example/callback'] },
      client_secret_expires_at: { set: false },
    },
  });
  expect(set.fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ['client_id', 'text', true],
    ['client_secret', 'secret', true],
    ['redirect_uris', 'list', false],
    ['client_secret_expires_at', 'date', false],
  ]);
  expect(field(set, 'client_secret')).not.toHaveProperty('value');
  const { status: _status, ...shown } = set;
  expect(await read(all, 'google-calendar')).toEqual(shown);
  expect(shown.notes.length).toBeGreaterThan(0);
  expect(await (await all.api('GET', APPS)).text()).not.toContain(CLIENT.client_secret);
});

describe('keys are changed one by one', () => {
  test('what is not given stays, null takes away, and the event says who changed which', async () => {
    const side = await startRole('platform', { file: `${temporaryFolder()}/platform.db` });
    onTestFinished(side.close);
    const path = `${APPS}/zoom`;
    const keys = { ...CLIENT, client_secret_expires_at: '2030-01-31' };
    await bodyOf(withKey(side, 'PUT', path, { keys }));
    side.clock.advance(1000);
    const ada = await newAdmin(side, 'ada@example.com');
    const body = { keys: { client_secret: 'another secret', client_secret_expires_at: null } };
    const changed = await bodyOf<PlatformApp>(ada.send('PATCH', path, body));
    expect(changed).toMatchObject({
      keysSetAt: side.clock.now(),
      keys: {
        client_id: { value: CLIENT.client_id },
        client_secret: { set: true },
        client_secret_expires_at: { set: false },
      },
    });
    expect(JSON.stringify(changed)).not.toContain('another secret');
    const events = await side.signIn.store.db
      .selectFrom('platform_event')
      .select(['actor', 'appSlug', 'detail'])
      .where('kind', '=', 'app.keys_set')
      .orderBy('id')
      .execute();
    expect(events).toEqual([
      { actor: 'api-key', appSlug: 'zoom', detail: 'client_id, client_secret, client_secret_expires_at' },
      { actor: `operator:${ada.id}`, appSlug: 'zoom', detail: 'client_secret, client_secret_expires_at' },
    ]);
  });

  test('many at the same time all stay', async () => {
    const all = await startPlatform();
    const uris = { redirect_uris: ['https://p.example/callback'] };
    const changes = [{ client_id: 'one' }, { client_secret_expires_at: '2030-01-31' }, uris];
    await Promise.all(changes.map(keys => change(all, 'google-calendar', keys)));
    expect(await read(all, 'google-calendar')).toMatchObject({
      keys: {
        client_id: { value: 'one' },
        client_secret_expires_at: { value: '2030-01-31' },
        redirect_uris: { value: uris.redirect_uris },
      },
    });
  });

  test('nothing given asks whether they are good, and writes nothing', async () => {
    const all = await startPlatform();
    expect((await change(all, 'hubspot', {})).status).toBe(400);
    const before = await read(all, 'zoom');
    all.clock.advance(1000);
    expect(await change(all, 'zoom', {})).toMatchObject({ status: 200, keysSetAt: before?.keysSetAt });
  });
});

describe('keys that are not good are refused, each by its name and without its value', () => {
  test.each([
    ['PUT', 'zoom', { client_id: 'x' }, { client_secret: 'is missing' }],
    ['PUT', 'zoom', { client_id: '', client_secret: 'hush' }, { client_id: 'is missing' }],
    ['PATCH', 'zoom', { client_secret: null }, { client_secret: 'is missing' }],
    ['PATCH', 'zoom', { clientid: 'hush' }, { clientid: 'is no key of this app' }],
    [
      'PATCH',
      'google-calendar',
      { redirect_uris: ['hush'] },
      { redirect_uris: 'line 1 is not an address such as https://example.com' },
    ],
    [
      'PATCH',
      'zoom',
      { client_secret_expires_at: 'hush' },
      { client_secret_expires_at: 'is not a day such as 2027-01-31' },
    ],
  ])('%s %s %j', async (method, slug, keys, fields) => {
    const all = await startPlatform();
    const refused = await change<Problem>(all, slug, keys, method);
    expect(refused).toMatchObject({ status: 400, code: 'body_invalid', fields });
    expect(JSON.stringify(refused)).not.toContain('hush');
    expect((await read(all, slug))?.keysMissing).toBe(false);
  });

  test.each(['PUT', 'PATCH'])('%s of an app that is not there is 404', async method => {
    const all = await startPlatform();
    expect(await change<Problem>(all, 'no-such-app', CLIENT, method)).toMatchObject({
      status: 404,
      code: 'app_not_found',
    });
  });
});

test('an app tells how many connections it has, and since when its client is refused', async () => {
  const provider = await scriptedServer(() => ({ status: 401, body: { error: 'invalid_client' } }));
  const all = await startPlatform({ providers: { zoom: { tokenEndpoint: provider.url } } });
  const tokens = { access_token: 'a', refresh_token: 'r', expiry_date: all.clock.now() + HOUR_MS };
  await all.connect('zoom', tokens);
  expect(await read(all, 'zoom')).toMatchObject({ held: 1, troubled: 0, refusedAt: null });
  all.clock.advance(HOUR_MS);
  await all.platform.runAhead();
  expect(await read(all, 'zoom')).toMatchObject({ held: 1, refusedAt: all.clock.now() });
});

describe("the target's keys", () => {
  test('are compared, app by app, and asked anew after half a minute', async () => {
    const [sqlite] = engines;
    if (!sqlite) throw new Error('There is no SQLite.');
    const { instance, platform, clock } = await startBothSides(sqlite, async () => ({}));
    const compared = () => platform.api<AppComparison>('GET', '/api/keyferry/v1/app-comparison');
    expect(await compared()).toEqual({
      instance: 'known',
      reason: null,
      apps: [
        { slug: 'google-calendar', verdict: 'same', differing: [] },
        { slug: 'zoom', verdict: 'same', differing: [] },
      ],
    });
    await platform.api('PATCH', `${APPS}/zoom`, { keys: { client_id: 'another' } });
    expect((await compared()).apps[1]).toMatchObject({ verdict: 'differs', differing: ['client_id'] });
    await instance.api('PATCH', `${APPS}/zoom`, { keys: { client_id: 'another' } });
    expect((await compared()).apps[1]).toMatchObject({ verdict: 'differs' });
    clock.advance(30_000);
    expect((await compared()).apps[1]).toMatchObject({ verdict: 'same' });
  });

  test.each<[string, Parameters<typeof startPlatform>[0], object]>([
    ['of a Cal.com are not asked for', { targetKind: 'calcom' }, { instance: 'not_asked', reason: null }],
    ['are unknown where it does not answer', {}, { instance: 'unreachable', reason: expect.any(String) }],
  ])('%s', async (_, options, expected) => {
    const { api } = await startPlatform(options);
    const answer = await api('GET', '/api/keyferry/v1/app-comparison');
    expect(await answer.json()).toEqual({ ...expected, apps: [] });
  });

  test('are unknown where it does not take our secret', async () => {
    const target = await scriptedServer(() => ({ status: 401, body: { code: 'unauthenticated' } }));
    const { api } = await startPlatform({ webappUrl: target.url });
    const answer = await api('GET', '/api/keyferry/v1/app-comparison');
    expect(await answer.json()).toEqual({ instance: 'refused', reason: null, apps: [] });
  });
});
