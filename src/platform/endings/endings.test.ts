import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import {
  CLIENT,
  EXTERNAL_USER,
  type PlatformOptions,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import type { EndingRow } from '../store/index.ts';
import { endingRemedy } from './remedy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** PGlite is slow to start, and the store is tested on it. */
const ENGINES = engines.filter(({ name }) => name !== 'pglite');

async function setUp(options: PlatformOptions = {}) {
  const provider = await scriptedServer(() => ({ body: { access_token: 'access-1', expires_in: 3600 } }));
  const host = await scriptedServer();
  const endpoint = { tokenEndpoint: provider.url };
  const made = await startPlatform({
    providers: { zoom: endpoint, 'google-calendar': endpoint },
    hostWebhook: { url: host.url, secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] },
    ...options,
  });
  const token = (more: object = {}) => ({
    access_token: 'access-0',
    refresh_token: 'refresh-0',
    expiry_date: made.clock.now() + HOUR,
    ...more,
  });
  async function endings(query = '') {
    const answer = await made.api('GET', `/api/keyferry/v1/endings${query}`);
    return (await answer.json()) as { endings: Record<string, unknown>[]; next: string | null };
  }
  const told = async () =>
    (
      await made.platform.database.db
        .selectFrom('platform_event')
        .select(['kind', 'detail', 'at', 'connectionId', 'appSlug'])
        .where('kind', 'in', ['connection.ending', 'app.secret_ending'])
        .orderBy('id')
        .execute()
    ).map(({ at, ...event }) => ({ ...event, at: at - start }));
  const start = made.clock.now();
  return { ...made, provider, host, token, endings, told, start };
}

const WEEK = { refresh_token_expires_in: 7 * 86_400 };

for (const engine of ENGINES) {
  test.skipIf(!engine.available)(
    `Google's testing mode is told with what to do, at once and a day before, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, token, endings, told, start } = await setUp({ location });
      const connectionId = await connect('google-calendar', token(WEEK));
      const endsAt = start + 7 * DAY;
      expect(await endings()).toEqual({
        next: null,
        endings: [
          {
            kind: 'connection',
            appSlug: 'google-calendar',
            connectionId,
            externalUserId: EXTERNAL_USER,
            endsAt,
            reason: 'provider_stated',
            remedy: expect.stringContaining('testing mode'),
          },
        ],
      });
      expect(await platform.runEndings()).toBe(1);
      expect(await platform.runEndings()).toBe(0);
      clock.advance(6 * DAY - 1);
      expect(await platform.runEndings()).toBe(0);
      clock.advance(1);
      expect(await platform.runEndings()).toBe(1);
      clock.advance(2 * DAY);
      expect(await platform.runEndings()).toBe(0);
      const event = { kind: 'connection.ending', connectionId, appSlug: 'google-calendar' };
      const detail = `provider_stated at ${new Date(endsAt).toISOString()}`;
      expect(await told()).toEqual([
        { ...event, detail, at: 0 },
        { ...event, detail, at: 6 * DAY },
      ]);
    },
  );
}

test('a refresh that states the same end does not tell it again; a new grant does', async () => {
  const { platform, connect, clock, token, endings, provider, start } = await setUp();
  await connect('google-calendar', token(WEEK));
  await platform.runEndings();
  provider.answer = () => ({
    body: {
      access_token: 'access-1',
      expires_in: 3600,
      refresh_token_expires_in: Math.floor((start + 7 * DAY - clock.now()) / 1000),
    },
  });
  for (let hour = 1; hour <= 5; hour += 1) {
    clock.advance(HOUR);
    expect(await platform.runAhead()).toBe(1);
  }
  expect(await platform.runEndings()).toBe(0);
  expect((await endings()).endings).toMatchObject([{ endsAt: start + 7 * DAY }]);
  await connect('google-calendar', token({ ...WEEK, refresh_token: 'refresh-1' }));
  expect(await platform.runEndings()).toBe(1);
  await connect('google-calendar', token({ refresh_token: 'refresh-2' }));
  expect((await endings()).endings).toEqual([]);
});

test('an idle life whose refresh keeps failing is foreseen, and no longer once it has recovered', async () => {
  const { platform, connect, clock, token, endings, provider, told } = await setUp();
  await connect('zoom', token());
  const issue = provider.answer;
  provider.answer = () => ({ status: 503 });
  clock.advance(HOUR);
  await platform.runAhead();
  expect((await endings('?withinDays=89')).endings).toEqual([]);
  expect((await endings('?withinDays=91')).endings).toMatchObject([{ reason: 'idle_lifetime' }]);
  for (let day = 1; day <= 83; day += 1) {
    clock.advance(DAY);
    await platform.runAhead();
    await platform.runEndings();
  }
  expect(await told()).toMatchObject([{ kind: 'connection.ending', detail: /^idle_lifetime/ }]);
  provider.answer = issue;
  clock.advance(DAY);
  await platform.runAhead();
  expect((await endings('?withinDays=3650')).endings).toEqual([]);
});

test('a grant that is dead, or disconnected, has no end to come', async () => {
  const { platform, connect, clock, token, endings, provider, api } = await setUp();
  await connect('google-calendar', token(WEEK));
  const id = await connect('zoom', token({ refresh_token: undefined }));
  expect((await endings()).endings).toMatchObject([
    { appSlug: 'zoom', reason: 'no_refresh_token' },
    { appSlug: 'google-calendar' },
  ]);
  provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  clock.advance(HOUR);
  await platform.runAhead();
  await api('DELETE', `/api/keyferry/v1/connections/${id}`);
  expect((await endings()).endings).toEqual([]);
  expect(await platform.runEndings()).toBe(0);
});

describe('a client secret', () => {
  const path = '/api/keyferry/v1/apps/zoom';
  const put = (api: Awaited<ReturnType<typeof setUp>>['api'], date: unknown) =>
    api('PUT', path, { keys: { ...CLIENT, client_secret_expires_at: date } });

  test('whose end the operator gave is listed, told to the host, and shown with the keys', async () => {
    const { platform, api, clock, endings, host, told } = await setUp();
    const endsAt = Math.floor(clock.now() / DAY) * DAY + 30 * DAY;
    const day = new Date(endsAt).toISOString().slice(0, 10);
    const answer = await put(api, day);
    expect(await answer.json()).toMatchObject({
      keys: { client_secret: { set: true }, client_secret_expires_at: { set: true, value: day } },
    });
    expect((await endings()).endings).toEqual([]);
    expect((await endings('?withinDays=30')).endings).toEqual([
      {
        kind: 'app_secret',
        appSlug: 'zoom',
        connectionId: null,
        externalUserId: null,
        endsAt,
        reason: 'client_secret',
        remedy: expect.stringContaining('PUT /api/keyferry/v1/apps/zoom'),
      },
    ]);
    for (let passed = 0; passed < 31; passed += 1) {
      await platform.runEndings();
      clock.advance(DAY);
    }
    expect(await told()).toMatchObject([{ kind: 'app.secret_ending' }, { kind: 'app.secret_ending' }]);
    await platform.runOutbox();
    clock.advance(1);
    await platform.runOutbox();
    expect(host.received.map(({ body }) => JSON.parse(body))).toMatchObject(
      Array(2).fill({
        type: 'app.secret_ending',
        data: { appSlug: 'zoom', reason: 'client_secret', endsAt: new Date(endsAt).toISOString() },
      }),
    );
  });

  test('with the same end is not told again; without one any more it is not told', async () => {
    const { platform, api, clock } = await setUp();
    const date = new Date(clock.now() + 3 * DAY).toISOString();
    await put(api, date);
    expect(await platform.runEndings()).toBe(1);
    await put(api, date);
    expect(await platform.runEndings()).toBe(0);
    await put(api, '');
    clock.advance(3 * DAY);
    expect(await platform.runEndings()).toBe(0);
  });

  test.each(['tomorrow', 20270131, '2027-02-30'])('has no end %s', async date => {
    const { api } = await setUp();
    const answer = await put(api, date);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('client_secret_expires_at');
  });

  test('is a matter of apps by OAuth alone', async () => {
    const { api } = await setUp();
    const { apps } = (await (await api('GET', '/api/keyferry/v1/apps')).json()) as {
      apps: { kind: string; keys: object }[];
    };
    for (const { kind, keys } of apps) {
      expect('client_secret_expires_at' in keys).toBe(kind === 'oauth2');
    }
  });
});

describe('the list', () => {
  test.each(ENGINES.filter(({ available }) => available))(
    'comes in pages on $name, soonest first, each once, secrets before connections of the same moment',
    async engine => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { api, clock, endings, token } = await setUp({ location });
      const at = clock.now() + 5 * DAY;
      for (let user = 1; user <= 7; user += 1) {
        await api('POST', '/api/keyferry/v1/connections', {
          externalUserId: `user-${user}`,
          calcomUserId: user,
          appSlug: 'google-calendar',
          credential: token({ refresh_token_expires_at: at + Math.floor(user / 3) * DAY }),
        });
      }
      for (const slug of ['zoom', 'google-calendar']) {
        const date = new Date(at + DAY).toISOString();
        await api('PUT', `/api/keyferry/v1/apps/${slug}`, {
          keys: { ...CLIENT, client_secret_expires_at: date },
        });
      }
      const all = (await endings()).endings;
      expect(all).toHaveLength(9);
      expect(all.map(({ endsAt, kind }) => [(Number(endsAt) - at) / DAY, kind])).toEqual([
        [0, 'connection'],
        [0, 'connection'],
        [1, 'app_secret'],
        [1, 'app_secret'],
        [1, 'connection'],
        [1, 'connection'],
        [1, 'connection'],
        [2, 'connection'],
        [2, 'connection'],
      ]);
      for (const limit of [1, 2, 3, 4]) {
        const seen: unknown[] = [];
        for (let after: string | null = ''; after !== null; ) {
          const place: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
          const page = await endings(`?limit=${limit}${place}`);
          expect(page.endings.length).toBeLessThanOrEqual(limit);
          seen.push(...page.endings);
          after = page.next;
        }
        expect(seen).toEqual(all);
      }
      expect((await endings('?withinDays=5')).endings).toHaveLength(2);
    },
  );

  test.each(['?after=x', '?after=1.connection.', '?withinDays=-1', '?limit=0'])('refuses %s', async query => {
    const { api } = await setUp();
    expect((await api('GET', `/api/keyferry/v1/endings${query}`)).status).toBe(400);
  });

  test('has a remedy for every reason, also of an app that is no longer there', () => {
    const reasons = [
      'client_secret',
      'grant_lifetime',
      'idle_lifetime',
      'no_refresh_token',
      'provider_stated',
    ] as const;
    const row: Omit<EndingRow, 'reason'> = {
      kind: 'connection',
      id: 'c1',
      appSlug: 'x',
      externalUserId: 'u',
      endsAt: 0,
    };
    const remedies = reasons.map(reason => endingRemedy({ ...row, reason }, null));
    expect(new Set(remedies).size).toBe(reasons.length);
  });
});

test('an end that the record of an app declares counts from the consent', async () => {
  const { createCatalogue, isOAuthApp } = await import('../../apps/index.ts');
  const zoom = createCatalogue({}, []).get('zoom');
  if (zoom === undefined || !isOAuthApp(zoom)) throw new Error('no record');
  const oauth = { ...zoom.credential.oauth, grantLifetimeMs: 10 * DAY };
  const own = { ...zoom, slug: 'own', dirName: 'own', credential: { ...zoom.credential, oauth } };
  const { connect, endings, token, start } = await setUp({ apps: [own] });
  await connect('own', token());
  expect((await endings()).endings).toMatchObject([
    { appSlug: 'own', reason: 'grant_lifetime', endsAt: start + 10 * DAY },
  ]);
});
