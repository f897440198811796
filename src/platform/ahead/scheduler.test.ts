import { expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { aheadGround, DAY, HOUR, MINUTE } from '../../../test/platform/ahead-ground.ts';
import { CALCOM_USER, connectionsOf, pushed, startPlatform } from '../../../test/platform/platform.ts';
import { LEAD_MS } from '../lifetime/index.ts';

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  test.skipIf(!engine.available)(
    `a token is replaced before it ends, and pushed, once, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, receiver, provider, credential, api } = await aheadGround({
        location,
      });
      await connect('zoom', credential(HOUR));
      await platform.runOutbox();
      clock.advance(HOUR / 2);
      expect(await platform.runAhead()).toBe(0);
      clock.advance(HOUR / 2 - LEAD_MS);
      expect(await platform.runAhead()).toBe(1);
      expect(await platform.runAhead()).toBe(0);
      await platform.runOutbox();
      expect(receiver.received.map(({ body }) => pushed(body))).toMatchObject([
        { userId: CALCOM_USER, appSlug: 'zoom', keys: { access_token: 'access-0' } },
        { userId: CALCOM_USER, appSlug: 'zoom', keys: { access_token: 'access-1' } },
      ]);
      expect(provider.received).toHaveLength(1);
      expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected', version: 2 }]);
      clock.advance(HOUR - LEAD_MS);
      expect(await platform.runAhead()).toBe(1);
    },
  );
}

test('an idle grant of a token that never ends is used in time', async () => {
  const { platform, connect, clock, credential, provider } = await aheadGround();
  await connect('zoom', credential(null));
  clock.advance(60 * DAY);
  expect(await platform.runAhead()).toBe(0);
  clock.advance(90 * DAY - 60 * DAY - 13 * DAY);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(1);
});

test('a grant without a refresh token is found to be over when its token has ended', async () => {
  const { platform, connect, clock, provider, api } = await aheadGround();
  await connect('zoom', { access_token: 'access-0', expiry_date: clock.now() + MINUTE });
  clock.advance(MINUTE - 1);
  expect(await platform.runAhead()).toBe(0);
  expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected' }]);
  clock.advance(1);
  expect(await platform.runAhead()).toBe(1);
  expect(await connectionsOf({ api })).toMatchObject([{ status: 'needs_reconnect' }]);
  clock.advance(DAY);
  expect(await platform.runAhead()).toBe(0);
  expect(provider.received).toEqual([]);
});

test('a dead grant is not tried again until it is connected again', async () => {
  const { platform, connect, clock, provider, credential, issue } = await aheadGround();
  await connect('zoom', credential(HOUR));
  provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  clock.advance(HOUR);
  expect(await platform.runAhead()).toBe(1);
  clock.advance(DAY);
  expect(await platform.runAhead()).toBe(0);
  provider.answer = issue;
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(2);
});

test('what a user entered, and what was there before anything was planned, is left as it is', async () => {
  const { platform, connect, clock, provider, credential } = await aheadGround();
  const id = await connect('dub', credential(null));
  const { db } = platform.database;
  await db.updateTable('connection').set({ refreshDueAt: clock.now() }).where('id', '=', id).execute();
  expect(await platform.runAhead()).toBe(1);
  expect(await platform.runAhead()).toBe(0);
  const [row] = await db.selectFrom('connection').select(['refreshDueAt', 'version']).execute();
  expect(row).toEqual({ refreshDueAt: null, version: 1 });
  expect(provider.received).toEqual([]);
});

test('a platform that was started looks by itself, until it is closed, and ends what is under way', async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slept: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      slept.push(ms);
      if (signal === undefined || signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const { platform, connect, credential, clock, provider, issue, config } = await aheadGround({ sleep });
  await connect('zoom', credential(2 * MINUTE));
  clock.advance(2 * MINUTE);
  provider.answer = async () => {
    asked.resolve();
    await release.promise;
    return issue();
  };
  platform.start();
  platform.start();
  await asked.promise;
  const closing = platform.close();
  release.resolve();
  await closing;
  expect(provider.received).toHaveLength(1);
  expect(Math.max(...slept)).toBeLessThanOrEqual(10_000);
  const next = await startPlatform({ location: config.database, clock });
  expect(await connectionsOf(next)).toMatchObject([{ version: 2 }]);
});
