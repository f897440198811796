import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { connectionsOf, KEYRING, startPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { open, seal } from '../../lib/sealed-box.ts';

const PATH = '/api/keyferry/v1/apps/tandem';
const GIVEN = { access_token: 'access-0', refresh_token: 'refresh-of-ada', expires_in: 40 };

/** A provider that refreshes, one of an attacker, and a user who is connected at the first. */
async function setUp() {
  const tokens = () => ({
    body: { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3_600 },
  });
  const [honest, evil] = [await scriptedServer(tokens), await scriptedServer(tokens)];
  const all = await startPlatform({ allowPrivateAddresses: true });
  const secret = { client_secret: 'secret-of-the-client' };
  const set = (keys: object, method = 'PATCH') => all.api(method, PATH, { keys });
  await set({ client_id: 'c', ...secret, base_url: honest.url }, 'PUT');
  const id = await all.connect('tandem', GIVEN);
  const state = async () =>
    (await connectionsOf(all)).map(({ status, statusReason }) => [status, statusReason]);
  return { honest, evil, all, set, secret, id, state };
}

describe('an operator who sets another address', () => {
  test('must know the secret: what is stored is sent to no new address', async () => {
    const { set, evil, secret } = await setUp();
    const refused = await set({ base_url: evil.url });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { code: 'body_invalid', fields: { client_secret: 'must be entered again where base_url changes' } },
    ]);
    // The same address again, or another key, asks for nothing.
    expect((await set({ client_id: 'other' })).status).toBe(200);
    expect((await set({ base_url: evil.url, ...secret })).status).toBe(200);
  });

  test('gets no grant that another address gave: not by a refresh, not by the sync endpoint, not by a disconnect', async () => {
    const { all, set, evil, honest, secret, id, state } = await setUp();
    await set({ base_url: evil.url, ...secret });
    await all.platform.runAhead();
    expect(await state()).toEqual([['needs_reconnect', 'address_changed']]);
    all.clock.advance(60_000);
    expect(
      (await all.sync('tandem', { headers: { 'keyferry-rejected-token': 'x'.repeat(64) } })).status,
    ).toBe(409);
    const end = await all.api('DELETE', `/api/keyferry/v1/connections/${id}`);
    expect(await end.json()).toMatchObject({ revoked: false });
    expect([...evil.received, ...honest.received]).toEqual([]);
  });

  test('sees how many grants it concerns, and has them back with the address', async () => {
    const { all, set, evil, honest, secret, state } = await setUp();
    await set({ base_url: evil.url, ...secret });
    await all.platform.runAhead();
    const details = await sql<{ detail: string }>`
      select "detail" from "platform_event" where "kind" = 'app.keys_set' order by "id" desc limit 1
    `.execute(all.platform.database.db);
    expect(details.rows[0]?.detail).toContain('1 grants go nowhere but to the address that gave them');
    await set({ base_url: honest.url, ...secret });
    await all.platform.runAhead();
    expect(await state()).toEqual([['connected', null]]);
    expect(honest.received.map(({ body }) => body)).toEqual([expect.stringContaining('refresh-of-ada')]);
    expect(evil.received).toEqual([]);
  });

  test('gets the grants that its address gives, and no refresh token of the one before', async () => {
    const { all, set, evil, honest, secret, state } = await setUp();
    await set({ base_url: evil.url, ...secret });
    await all.connect('tandem', {
      access_token: 'access-of-new',
      refresh_token: 'refresh-of-new',
      expires_in: 40,
    });
    all.clock.advance(30_000);
    await all.platform.runAhead();
    expect(await state()).toEqual([['connected', null]]);
    expect(evil.received.map(({ body }) => body)).toEqual([expect.stringContaining('refresh-of-new')]);
    expect(honest.received).toEqual([]);
  });
});

test('a grant from before this was noted is bound by its first refresh', async () => {
  const { all, set, evil, honest, secret, id } = await setUp();
  const { db } = all.platform.database;
  const identity = `connection:${id}`;
  const { rows } = await sql<{
    sealed: string;
  }>`select "sealedCredential" as "sealed" from "connection"`.execute(db);
  const { 'keyferry:issued_at': _, ...wire } = JSON.parse(open(KEYRING, rows[0]?.sealed as string, identity));
  const old = seal(KEYRING, JSON.stringify(wire), identity);
  await sql`update "connection" set "sealedCredential" = ${old}`.execute(db);
  all.clock.advance(30_000);
  await all.platform.runAhead();
  expect(honest.received).toHaveLength(1);
  await set({ base_url: evil.url, ...secret });
  await all.platform.runAhead();
  expect([honest.received.length, evil.received.length]).toEqual([1, 0]);
});

test('plain http is taken of this machine alone, and where private addresses are allowed', async () => {
  const all = await startPlatform();
  for (const base_url of ['http://127.0.0.1:9', 'http://tandem.example']) {
    const answer = await all.api('PUT', PATH, { keys: { client_id: 'c', client_secret: 's', base_url } });
    expect([400, 422]).toContain(answer.status);
  }
  const keys = { client_id: 'c', client_secret: 's', base_url: 'https://tandem.example' };
  expect((await all.api('PUT', PATH, { keys })).status).toBe(200);
});

test('the secret of a Salesforce client goes to hosts of Salesforce alone', async () => {
  const all = await startPlatform();
  const set = (login_host: string) =>
    all.api('PUT', '/api/keyferry/v1/apps/salesforce', {
      keys: { consumer_key: 'k', consumer_secret: 's', login_host },
    });
  for (const host of [
    'evil.test',
    'salesforce.com.evil.test',
    'evilsalesforce.com',
    'salesforce.com@evil.test',
  ]) {
    expect((await set(host)).status).toBe(400);
  }
  for (const host of ['test.salesforce.com', 'acme.my.salesforce.com', 'acme.sandbox.my.site.force.com']) {
    expect((await set(host)).status).toBe(200);
  }
});
