import { expect, onTestFinished, test } from 'vitest';
import { API_KEY, CLIENT, SECRET, startPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { bodyOf, newAdmin, startRole, withKey } from '../../../test/sign-in.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import type { Database } from '../../lib/db/index.ts';
import { putHostWebhookRow } from '../store/index.ts';
import type { PlatformTables } from '../tables.ts';

const GRANT = { access_token: 'access-of-the-test', refresh_token: 'refresh-of-the-test' };

interface Page {
  readonly connections: readonly { readonly appSlug: string; readonly externalUserId: string }[];
  readonly next: string | null;
}

test('connections are found by how the name of their user begins, page by page', async () => {
  const { api } = await startPlatform();
  for (const [at, externalUserId] of ['ann', 'anna', 'anton', 'bob'].entries()) {
    const body = { externalUserId, calcomUserId: at + 1, appSlug: 'zoom', credential: GRANT };
    expect((await api('POST', '/api/keyferry/v1/connections', body)).status).toBe(201);
  }
  const path = '/api/keyferry/v1/connections?user=an&limit=2';
  const first = (await (await api('GET', path)).json()) as Page;
  const second = (await (await api('GET', `${path}&after=${first.next}`)).json()) as Page;
  const users = [...first.connections, ...second.connections].map(({ externalUserId }) => externalUserId);
  expect(users).toEqual(['ann', 'anna', 'anton']);
  expect(second.next).toBeNull();
  expect((await api('GET', `${path}&after=mine`)).status).toBe(400);
});

test('the summary counts what the desk shows', async () => {
  const { api, connect } = await startPlatform();
  await connect('zoom', GRANT);
  expect(await (await api('GET', '/api/keyferry/v1/summary')).json()).toEqual({
    connections: { connected: 1, failing: 0, needs_reconnect: 0 },
    deliveries: { waiting: 1, stopped: 0 },
    asOf: null,
  });
});

test('targets are shown without their secrets', async () => {
  const { api, connect } = await startPlatform({ webappUrl: 'https://cal.example.com' });
  await connect('zoom', GRANT);
  const text = await (await api('GET', '/api/keyferry/v1/targets')).text();
  expect(JSON.parse(text)).toEqual({
    targets: [
      {
        id: 'default',
        kind: 'keyferry',
        webappUrl: 'https://cal.example.com',
        header: null,
        withRefreshToken: false,
        calendsoKeySet: false,
        waiting: 1,
        stopped: 0,
        asOf: null,
      },
    ],
  });
  for (const secret of [SECRET, API_KEY]) expect(text).not.toContain(secret);
});

test('a target is asked when the desk wants to know', async () => {
  const instance = await scriptedServer(() => ({
    status: 403,
    body: { message: 'Invalid credential sync secret' },
  }));
  const { api } = await startPlatform({ webappUrl: instance.url, targetKind: 'calcom' });
  const answer = await api('POST', '/api/keyferry/v1/targets/default/check');
  expect(await answer.json()).toMatchObject({
    findings: [
      { check: 'reachable', verdict: 'ok' },
      { check: 'secret', verdict: 'failed', remedy: expect.stringContaining('CALCOM_WEBHOOK_SECRET') },
      { check: 'encryption', verdict: 'not possible' },
      { check: 'apps', verdict: 'not possible' },
      { check: 'clock' },
    ],
  });
  expect((await api('POST', '/api/keyferry/v1/targets/other/check')).status).toBe(404);
});

test('the settings tell what is in force, how far a key rotation is, and no secret', async () => {
  const variables = [
    { name: 'CALCOM_WEBAPP_URL', set: true, value: 'https://cal.example.com', source: '.env' },
    { name: 'CALCOM_WEBHOOK_SECRET', set: true, value: null, source: 'the environment' },
  ];
  const { api, connect } = await startPlatform({ variables });
  await connect('zoom', GRANT);
  const text = await (await api('GET', '/api/keyferry/v1/settings')).text();
  // Two apps' keys, the target's three secrets, one grant.
  expect(JSON.parse(text)).toMatchObject({
    engine: 'sqlite',
    variables,
    sealing: [{ id: 'k1', seals: true, known: true, values: 6 }],
  });
  for (const secret of [SECRET, API_KEY, CLIENT.client_secret, GRANT.access_token])
    expect(text).not.toContain(secret);
});

test('the doctor looks from here when it is asked', async () => {
  const { api } = await startPlatform();
  const { findings } = (await (await api('POST', '/api/keyferry/v1/doctor')).json()) as {
    findings: { check: string; verdict: string }[];
  };
  expect(findings).toMatchObject([
    { check: 'database', verdict: 'ok' },
    { check: 'sealing keys', verdict: 'ok' },
    { check: 'reachable', verdict: 'failed' },
  ]);
});

test('who ends a connection is written down; the host hears of what an operator ended, not of its own', async () => {
  const side = await startRole('platform', { file: `${temporaryFolder()}/platform.db` });
  onTestFinished(side.close);
  const { db } = side.signIn.store as unknown as Database<PlatformTables>;
  await putHostWebhookRow(db, { url: 'http://127.0.0.1:9', sealedSecrets: '' }, 0);
  const ada = await newAdmin(side, 'ada@example.com');
  for (const [at, by] of [ada, null].entries()) {
    const body = { externalUserId: `u${at}`, calcomUserId: at + 1, appSlug: 'zoom', credential: GRANT };
    const made = withKey(side, 'POST', '/api/keyferry/v1/connections', body);
    const path = `/api/keyferry/v1/connections/${(await bodyOf<{ id: string }>(made, 201)).id}`;
    await bodyOf(by === null ? withKey(side, 'DELETE', path) : by.send('DELETE', path));
  }
  const events = await db
    .selectFrom('platform_event')
    .select('actor')
    .where('kind', '=', 'connection.disconnected')
    .orderBy('id')
    .execute();
  expect(events).toEqual([{ actor: `operator:${ada.id}` }, { actor: 'host' }]);
  const words = await db.selectFrom('outbox').select('payload').where('topic', '=', 'host.event').execute();
  expect(words.map(({ payload }) => JSON.parse(payload ?? ''))).toMatchObject([
    { type: 'connection.disconnected', data: { externalUserId: 'u0', appSlug: 'zoom' } },
  ]);
});
