import { expect, test } from 'vitest';
import { setUp, TOKEN, toldHost } from '../../../test/platform/host-ground.ts';
import { startPlatform } from '../../../test/platform/platform.ts';
import { createEffects } from '../../lib/effects.ts';
import { createLog } from '../../lib/log.ts';
import { DELIVERED_KEPT_MS, prune } from '../prune.ts';
import { platformSignIn } from '../sign-in.ts';
import { insertEvent } from '../store/index.ts';

test('an event that is not committed is not told', async () => {
  const { platform, host, connect } = await setUp();
  const connectionId = await connect('zoom', TOKEN);
  const { db } = platform.database;
  const failed = db.transaction().execute(async trx => {
    const event = { kind: 'connection.recovered', actor: 'platform', connectionId, appSlug: 'zoom' } as const;
    await insertEvent(trx, event, 0);
    throw new Error('not committed');
  });
  await expect(failed).rejects.toThrow('not committed');
  await platform.runOutbox();
  expect(host.received).toEqual([]);
});

test('without a webhook nothing is put aside; what was before is shown as stopped, and goes when there is one', async () => {
  const { platform, config, clock, connect, event, host } = await setUp();
  await event('connection.recovered', await connect('zoom', TOKEN));
  const { hostWebhook = null, ...rest } = config;
  const without = await startPlatform({ location: rest.database, clock, webappUrl: host.url });
  await insertEvent(
    platform.database.db,
    { kind: 'connection.recovered', actor: 'platform', connectionId: 'c2', appSlug: 'zoom' },
    0,
  );
  await without.platform.runOutbox();
  const stopped = { state: 'stopped', lastError: expect.stringContaining('KEYFERRY_HOST_WEBHOOK_URL') };
  expect(await toldHost(without)).toMatchObject([stopped]);
  const again = await startPlatform({ location: rest.database, clock, webappUrl: host.url, hostWebhook });
  const path = '/api/keyferry/v1/deliveries/retry';
  expect(await (await again.api('POST', path, { targetId: 'host' })).json()).toEqual({ deliveries: 1 });
  await again.platform.runOutbox();
  expect(host.received.filter(({ url }) => url === '/keyferry')).toHaveLength(1);
});

test('what was told is forgotten after a week, what was refused after three months', async () => {
  const { platform, config, host, connect, event, clock, all } = await setUp();
  const id = await connect('zoom', TOKEN);
  await event('connection.recovered', id);
  await platform.runOutbox();
  host.answer = () => ({ status: 410 });
  await event('connection.recovered', id);
  await platform.runOutbox();
  const { database } = platform;
  const effects = createEffects({ now: clock.now, log: createLog('silent') });
  const pruned = () => prune({ database, effects, signIn: platformSignIn(config, database, effects) });
  clock.advance(DELIVERED_KEPT_MS.done);
  await pruned();
  expect(await toldHost(all)).toHaveLength(2);
  clock.advance(1);
  await pruned();
  expect(await toldHost(all)).toMatchObject([{ state: 'stopped' }]);
  clock.advance(DELIVERED_KEPT_MS.refused);
  await pruned();
  expect(await toldHost(all)).toEqual([]);
});
