import { sql } from 'kysely';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import {
  AES_KEY,
  API_KEY,
  instanceConfig,
  pushRequest,
  startInstance,
  type TestInstance,
} from '../../../test/instance.ts';
import { bodyOf } from '../../../test/sign-in.ts';
import { listen } from '../../lib/http/index.ts';
import { encryptKeys } from '../../protocol/index.ts';
import { createInstance } from '../index.ts';
import type { AdminApp, Affected } from './apps.ts';

const HOUR_MS = 3_600_000;
const CLIENT = { client_id: 'id-of-the-client', client_secret: 'secret-of-the-client' };

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly fields?: Record<string, string>;
}

describeEngines('settings/admin/apps, its API', engine => {
  let store: TestDatabase;
  let side: TestInstance;
  /** How often the platform was asked for a token. */
  let asked = 0;
  let config: ReturnType<typeof instanceConfig>;
  beforeAll(async () => {
    store = await engine.create();
    const platform = await listen(
      () => {
        asked++;
        return Response.json({ access_token: 'fresh', expires_in: 3600 });
      },
      { port: 0, host: '127.0.0.1' },
    );
    config = instanceConfig(store.location, { sync: { endpoint: `${platform.url}/api/sync` } });
    side = await startInstance(config);
    return async () => {
      await side.instance.close();
      await platform.close(0);
      await store.dispose();
    };
  });

  const path = (slug: string) => `/api/keyferry/v1/apps/${slug}`;
  const change = (slug: string, json: unknown) => side.api('PATCH', path(slug), json);
  const token = (appSlug: string, force = false) =>
    side.api('POST', '/api/keyferry/v1/access-token', { userId: side.userId, appSlug, force });

  async function read(slug: string): Promise<AdminApp> {
    const { apps } = await bodyOf<{ apps: AdminApp[] }>(await side.api('GET', '/api/keyferry/v1/apps'));
    const found = apps.find(app => app.slug === slug);
    if (!found) throw new Error(`no ${slug}`);
    return found;
  }

  const field = (app: AdminApp, name: string) => app.fields.find(one => one.name === name);

  test('keys are changed one by one; a secret is told as set, with the time, and never given back', async () => {
    expect(await read('zoom')).toMatchObject({ keysSet: false, keysMissing: true });
    const setAt = side.clock.now();
    const set = await bodyOf<AdminApp>(await change('zoom', { keys: CLIENT }));
    expect(set).toMatchObject({
      keysSet: true,
      keysMissing: false,
      keysAt: expect.stringMatching(/^https:/),
    });
    expect(field(set, 'client_id')).toEqual({
      name: 'client_id',
      kind: 'text',
      required: true,
      set: true,
      setAt,
      value: CLIENT.client_id,
    });
    expect(field(set, 'client_secret')).toEqual({
      name: 'client_secret',
      kind: 'secret',
      required: true,
      set: true,
      setAt,
    });
    side.clock.advance(1000);
    const changed = await bodyOf<AdminApp>(await change('zoom', { keys: { client_id: 'another' } }));
    expect(field(changed, 'client_id')).toMatchObject({ value: 'another', setAt: setAt + 1000 });
    expect(field(changed, 'client_secret')).toMatchObject({ set: true, setAt });
    const all = await (await side.api('GET', '/api/keyferry/v1/apps')).text();
    expect(all).not.toContain(CLIENT.client_secret);
  });

  test('null takes a key away; what must be there cannot be taken, and nothing is written then', async () => {
    const uris = ['https://a.example/back', 'https://b.example/back'];
    await bodyOf(await change('google-calendar', { keys: { ...CLIENT, redirect_uris: uris } }));
    expect(field(await read('google-calendar'), 'redirect_uris')).toMatchObject({
      kind: 'list',
      value: uris,
    });
    const refused = await bodyOf<Problem>(
      change('google-calendar', { keys: { client_secret: null, redirect_uris: ['no'] } }),
      400,
    );
    expect(refused.fields).toEqual({
      client_secret: 'is missing',
      redirect_uris: 'line 1 is not an address such as https://example.com',
    });
    expect(field(await read('google-calendar'), 'redirect_uris')).toMatchObject({ value: uris });
    const taken = await bodyOf<AdminApp>(change('google-calendar', { keys: { redirect_uris: null } }));
    expect(field(taken, 'redirect_uris')).toEqual({
      name: 'redirect_uris',
      kind: 'list',
      required: false,
      set: false,
      setAt: null,
    });
    expect(taken.keysMissing).toBe(false);
  });

  test('a key that the app does not have is a fault, and so is an app that is not there', async () => {
    const refused = await bodyOf<Problem>(change('zoom', { keys: { clientid: 'x' } }), 400);
    expect(refused).toMatchObject({ code: 'body_invalid', fields: { clientid: 'is no key of this app' } });
    expect(await bodyOf<Problem>(change('unheard', { enabled: true }), 404)).toMatchObject({
      code: 'app_not_found',
    });
  });

  test('a change of nothing judges the keys, and writes and notes nothing', async () => {
    const newest = async () => {
      const { events } = await bodyOf<{ events: { id: number }[] }>(
        side.api('GET', '/api/keyferry/v1/activity?limit=1'),
      );
      return events[0]?.id;
    };
    const before = await newest();
    expect((await change('zoom', { keys: {} })).status).toBe(200);
    expect((await change('zoom', {})).status).toBe(200);
    const refused = await bodyOf<Problem>(change('msteams', { enabled: true, keys: {} }), 400);
    expect(refused.fields).toEqual({ client_id: 'is missing', client_secret: 'is missing' });
    expect(await newest()).toBe(before);
  });

  test('two who change different keys at once both succeed', async () => {
    const answers = await Promise.all([
      change('hubspot', { keys: CLIENT }),
      change('hubspot', { keys: CLIENT }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await Promise.all([
      change('hubspot', { keys: { client_id: 'new-id' } }),
      change('hubspot', { keys: { client_secret: 'new-secret' } }),
    ]);
    expect(field(await read('hubspot'), 'client_id')).toMatchObject({ value: 'new-id' });
  });

  test('events name who did it and which keys, without their values', async () => {
    await change('whereby', { enabled: false });
    await change('whereby', { enabled: true });
    await change('webex', { keys: { client_id: 'i'.repeat(64), client_secret: 's'.repeat(64) } });
    const { events } = await bodyOf<{ events: { kind: string; actor: string; detail: string }[] }>(
      await side.api('GET', '/api/keyferry/v1/activity?limit=3'),
    );
    expect(events.map(({ kind, actor, detail }) => [kind, actor, detail])).toEqual([
      ['app.changed', 'api-key', 'keys set: client_id, client_secret'],
      ['app.changed', 'api-key', 'enabled'],
      ['app.changed', 'api-key', 'disabled'],
    ]);
  });

  test('who is affected by disabling is told first', async () => {
    expect(await bodyOf<Affected>(side.api('GET', `${path('stripe')}/affected`))).toEqual({
      count: 0,
      asOf: null,
      users: [],
    });
    await side.push({ access_token: 'a', stripe_user_id: 'acct_1' }, 'stripe');
    const { count, users } = await bodyOf<Affected>(side.api('GET', `${path('stripe')}/affected`));
    expect(count).toBe(1);
    expect(users).toMatchObject([{ id: side.userId, email: expect.stringContaining('@') }]);
    expect(await read('stripe')).toMatchObject({ held: 1, troubled: 0 });
    expect(await bodyOf<Problem>(side.api('GET', `${path('unheard')}/affected`), 404)).toMatchObject({
      code: 'app_not_found',
    });
  });

  test('disabled means disabled: no token, no refresh, no form credential; pushes are stored all the same', async () => {
    const now = side.clock.now();
    await side.push({ access_token: 'first', expiry_date: now + HOUR_MS }, 'zoom');
    await side.push({ username: 'u', password: 'p', url: 'https://dav.example' }, 'caldav-calendar');
    expect((await token('zoom')).status).toBe(200);
    await bodyOf(await change('zoom', { enabled: false }));
    await bodyOf(await change('caldav-calendar', { enabled: false }));

    expect(await bodyOf<Problem>(token('zoom'), 409)).toMatchObject({ code: 'app_disabled' });
    side.clock.advance(2 * HOUR_MS);
    expect(await bodyOf<Problem>(token('zoom'), 409)).toMatchObject({ code: 'app_disabled' });
    expect(await bodyOf<Problem>(token('zoom', true), 409)).toMatchObject({ code: 'app_disabled' });
    expect(asked).toBe(0);
    const form = { userId: side.userId, appSlug: 'caldav-calendar' };
    expect(
      await bodyOf<Problem>(side.api('POST', '/api/keyferry/v1/form-credential', form), 409),
    ).toMatchObject({ code: 'app_disabled' });

    const pushed = await side.push(
      { access_token: 'second', expiry_date: side.clock.now() + HOUR_MS },
      'zoom',
    );
    expect([pushed.status, await pushed.json()]).toEqual([
      200,
      { message: `Credentials updated for userId: ${side.userId}` },
    ]);
    await bodyOf(await change('zoom', { enabled: true }));
    expect(await bodyOf(token('zoom'))).toMatchObject({ access_token: 'second' });
    side.clock.advance(2 * HOUR_MS);
    expect(await bodyOf(token('zoom'))).toMatchObject({ access_token: 'fresh' });
    expect(asked).toBe(1);
  });

  test('what is in trouble is counted', async () => {
    await sql`update "Credential" set "status" = 'needs_reconnect' where "appId" = 'stripe'`.execute(
      side.instance.database.db,
    );
    expect(await read('stripe')).toMatchObject({ held: 1, troubled: 1 });
  });

  // PGlite is one connection: whoever closes it closes it for both.
  test.runIf(engine.name !== 'pglite')('a restart enables nothing again and resets no key', async () => {
    await bodyOf(await change('zoom', { enabled: false }));
    const before = await read('zoom');
    const again = await createInstance(config, { now: side.clock.now });
    onTestFinished(() => again.close());
    const answer = await again.fetch(
      new Request('http://instance.test/api/keyferry/v1/apps', {
        headers: { authorization: `Bearer ${API_KEY}` },
      }),
    );
    const { apps } = await bodyOf<{ apps: AdminApp[] }>(answer);
    expect(apps.find(({ slug }) => slug === 'zoom')).toEqual(before);
    expect(before).toMatchObject({ enabled: false, keysSet: true });
  });

  test('an app without keys is not short of any', async () => {
    expect(await read('whereby')).toMatchObject({ fields: [], keysMissing: false, keysAt: null });
  });

  test('a push for a disabled app that the user never had makes the row', async () => {
    await bodyOf(await change('hubspot', { enabled: false }));
    const keys = encryptKeys(JSON.stringify({ access_token: 'a' }), AES_KEY);
    const pushed = await side.instance.fetch(pushRequest(side.userId, 'hubspot', keys));
    expect(await pushed.json()).toEqual({ message: `Credentials created for userId: ${side.userId}` });
  });
});
