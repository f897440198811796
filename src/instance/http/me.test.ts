import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { engines, type TestEngine } from '../../../test/engines.ts';
import { instanceConfig, startInstance } from '../../../test/instance.ts';
import { ADMIN, bodyOf, problemOf, Visitor } from '../../../test/sign-in.ts';
import { createEffects } from '../../lib/effects.ts';
import { createLog } from '../../lib/log.ts';
import { hashPassword, putPassword, setupCode } from '../../lib/sign-in/index.ts';
import { instanceSignIn } from '../sign-in.ts';
import type { OwnApps, OwnCredentials } from './me.ts';

const [sqlite] = engines as readonly [TestEngine];
const LINK = 'https://product.example/apps?app={app}&user={userId}';

/** An instance, with its one user signed in. */
async function start(changes: Parameters<typeof instanceConfig>[1]) {
  const store = await sqlite.create();
  onTestFinished(store.dispose);
  const config = instanceConfig(store.location, { publicUrl: 'http://instance.test', ...changes });
  const side = await startInstance(config);
  onTestFinished(side.instance.close);
  const { db } = side.instance.database;
  const hash = await hashPassword(ADMIN.password);
  await sql`update "users" set "email" = ${ADMIN.email}`.execute(db);
  const effects = createEffects({ now: side.clock.now, log: createLog('silent') });
  const signIn = instanceSignIn(config, side.instance.database, effects);
  const { rows } = await sql<{ id: number }>`select "id" from "users"`.execute(db);
  for (const { id } of rows) await putPassword(db, signIn, { id, hash, oneTimeUntil: null });
  const visitor = new Visitor({
    role: 'instance',
    publicUrl: config.publicUrl,
    clock: side.clock,
    signIn,
    code: setupCode(signIn),
    fetch: request => side.instance.fetch(request),
    setupLink: side.instance.setupLink,
    close: side.instance.close,
  });
  expect((await visitor.signIn()).status).toBe(200);
  return { ...side, visitor };
}

test('a user sees what is connected for them, when it was synced, and where to connect it again', async () => {
  const { visitor, push, clock, userId, api, instance } = await start({ connectUrl: LINK });
  const pushedAt = clock.now();
  await push({ access_token: 'secret-token', expiry_date: pushedAt + 3_600_000 }, 'zoom');
  await push({ access_token: 'other-token' }, 'hubspot');
  await api('PATCH', '/api/keyferry/v1/apps/hubspot', { enabled: false });
  const { credentials, platform, next } = await bodyOf<OwnCredentials>(
    visitor.send('GET', '/api/me/credentials'),
  );
  expect([platform, next]).toEqual(['product.example', null]);
  expect(credentials).toMatchObject([
    { appSlug: 'hubspot', appEnabled: false },
    {
      appSlug: 'zoom',
      appName: 'Zoom Video',
      categories: ['conferencing'],
      status: 'working',
      appEnabled: true,
      provenance: 'platform',
      syncedAt: pushedAt,
      connectUrl: `https://product.example/apps?app=zoom&user=${userId}`,
    },
  ]);
  expect(JSON.stringify(credentials)).not.toContain('-token');

  await sql`update "Credential" set "status" = 'needs_reconnect', "statusReason" = 'needs_reconnect'
    where "appId" = 'zoom'`.execute(instance.database.db);
  const { apps } = await bodyOf<OwnApps>(visitor.send('GET', '/api/me/apps'));
  expect(apps.find(({ slug }) => slug === 'hubspot')).toBeUndefined();
  expect(apps.find(({ slug }) => slug === 'zoom')).toMatchObject({
    kind: 'oauth2',
    credential: { status: 'needs_reconnect', statusReason: 'needs_reconnect' },
  });
  expect(apps.find(({ slug }) => slug === 'caldav-calendar')).toMatchObject({
    asks: ['Address', 'User name', 'Password'],
    credential: null,
    connectUrl: `https://product.example/apps?app=caldav-calendar&user=${userId}`,
  });
  const names = apps.map(({ name }) => name);
  expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other, 'en')));
});

test('without a link the platform is named by its host', async () => {
  const { visitor, push } = await start({ sync: { endpoint: 'https://platform.example:8443/api/sync' } });
  await push({ access_token: 'a' }, 'zoom');
  const { credentials, platform } = await bodyOf<OwnCredentials>(visitor.send('GET', '/api/me/credentials'));
  expect(platform).toBe('platform.example:8443');
  expect(credentials[0]?.connectUrl).toBeNull();
});

test("nobody sees another's, and nobody who is not signed in sees anything", async () => {
  const { visitor, push, api } = await start({});
  const { user } = await bodyOf<{ user: { id: number } }>(
    api('POST', '/api/v1/users', { email: 'bea@example.com' }),
    201,
  );
  await push({ access_token: 'a' }, 'zoom', user.id);
  const { credentials, platform } = await bodyOf<OwnCredentials>(visitor.send('GET', '/api/me/credentials'));
  expect([credentials, platform]).toEqual([[], null]);
  const stranger = new Visitor(visitor.side);
  for (const path of ['/api/me/apps', '/api/me/credentials']) {
    expect(await problemOf(stranger.send('GET', path))).toEqual([401, 'unauthenticated']);
  }
});
