import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { startPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { acquireLease, releaseLease } from '../../lib/lease.ts';
import { leaseName } from '../vault/index.ts';

const HOUR = 3_600_000;

async function issuer() {
  const provider = await scriptedServer(() => ({
    body: { access_token: `access-${provider.received.length}`, refresh_token: 'r', expires_in: 3600 },
  }));
  return { provider, providers: { zoom: { tokenEndpoint: provider.url } } };
}

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`many who want one expired connection on ${engine.name}`, () => {
    test('a hundred callers of two processes cost one request', async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { provider, providers } = await issuer();
      const one = await startPlatform({ location, providers });
      const { clock } = one;
      const other = await startPlatform({ location, providers, clock });
      await one.connect('zoom', {
        access_token: 'access-0',
        refresh_token: 'r',
        expiry_date: clock.now() - HOUR,
      });
      const callers = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : other));
      const answers = await Promise.all(callers.map(({ sync }) => sync('zoom')));
      const tokens = await Promise.all(
        answers.map(async answer => ((await answer.json()) as { access_token: string }).access_token),
      );
      expect(new Set(tokens)).toEqual(new Set(['access-1']));
      expect(provider.received).toHaveLength(1);
    });
  });
}

describe('a lease that another process holds', () => {
  async function held(sleep: () => Promise<void>) {
    const { provider, providers } = await issuer();
    const all = await startPlatform({ providers, sleep });
    const expiry_date = all.clock.now() - HOUR;
    const id = await all.connect('zoom', { access_token: 'access-0', refresh_token: 'r', expiry_date });
    const lease = await acquireLease(all.platform.database, leaseName(id), 60_000);
    if (lease === null) throw new Error('the lease is taken');
    return { ...all, provider, lease };
  }

  test('is waited for, and what its holder stores is given', async () => {
    let waits = 0;
    const all = await held(async () => {
      waits += 1;
      if (waits === 3) await all.connect('zoom', { access_token: 'stored meanwhile' });
    });
    expect(await (await all.sync('zoom')).json()).toMatchObject({ access_token: 'stored meanwhile' });
    expect([waits, all.provider.received.length]).toEqual([3, 0]);
  });

  test('is taken when its holder gave it back without storing anything', async () => {
    let waits = 0;
    const all = await held(async () => {
      waits += 1;
      if (waits === 2) await releaseLease(all.platform.database, all.lease);
    });
    expect(await (await all.sync('zoom')).json()).toMatchObject({ access_token: 'access-1' });
  });

  test('is not waited for without an end', async () => {
    const all = await held(async () => undefined);
    const response = await all.sync('zoom');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'busy' });
    expect(all.provider.received).toEqual([]);
  });

  test('is given back after a refresh, failed or not', async () => {
    const { provider, providers } = await issuer();
    const { connect, sync, clock, platform } = await startPlatform({ providers });
    const id = await connect('zoom', {
      access_token: 'a',
      refresh_token: 'r',
      expiry_date: clock.now() - HOUR,
    });
    const issue = provider.answer;
    provider.answer = () => ({ status: 500 });
    await sync('zoom');
    clock.advance(HOUR);
    provider.answer = issue;
    await sync('zoom');
    expect(await acquireLease(platform.database, leaseName(id), 1_000)).toMatchObject({ generation: 3 });
  });
});

test('a token that the provider makes shorter than a minute is given as it is', async () => {
  const { provider, providers } = await issuer();
  provider.answer = () => ({ body: { access_token: 'short', expires_in: 30 } });
  const { connect, sync, clock } = await startPlatform({ providers });
  await connect('zoom', { access_token: 'a', refresh_token: 'r', expiry_date: clock.now() - HOUR });
  expect(await (await sync('zoom')).json()).toMatchObject({ access_token: 'short', expires_in: 30 });
  expect(provider.received).toHaveLength(1);
});

test('a write that fails after the provider has answered is tried again', async () => {
  const { provider, providers } = await issuer();
  let pauses = 0;
  const { connect, sync, clock, platform, logged } = await startPlatform({ providers, sleep: pause });
  const { db } = platform.database;
  async function pause(): Promise<void> {
    pauses += 1;
    if (pauses === 2) await db.schema.alterTable('outbox_away').renameTo('outbox').execute();
  }
  await connect('zoom', { access_token: 'a', refresh_token: 'r', expiry_date: clock.now() - HOUR });
  const issue = provider.answer;
  provider.answer = async request => {
    await db.schema.alterTable('outbox').renameTo('outbox_away').execute();
    return issue(request);
  };
  expect(await (await sync('zoom')).json()).toMatchObject({ access_token: 'access-1' });
  expect(logged.filter(line => line.includes('not stored yet'))).toHaveLength(2);
  expect(provider.received).toHaveLength(1);
  expect(await db.selectFrom('connection').select('version').execute()).toEqual([{ version: 2 }]);
});

test('a platform that closes waits for the refreshes under way, whoever has left', async () => {
  const { provider, providers } = await issuer();
  const { connect, sync, clock, platform, config } = await startPlatform({ providers });
  await connect('zoom', { access_token: 'a', refresh_token: 'r', expiry_date: clock.now() - HOUR });
  const [came, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const issue = provider.answer;
  provider.answer = async request => {
    came.resolve();
    await held.promise;
    return issue(request);
  };
  const asked = sync('zoom');
  await came.promise;
  let closed = false;
  const closing = platform.close().then(() => {
    closed = true;
  });
  // As long as it takes to close what waits for nothing.
  await startPlatform().then(({ platform: other }) => other.close());
  expect(closed).toBe(false);
  held.resolve();
  await closing;
  expect((await asked).status).toBe(200);
  const again = await startPlatform({ location: config.database, clock });
  const rows = await again.platform.database.db.selectFrom('connection').select('version').execute();
  expect(rows).toEqual([{ version: 2 }]);
});
