import { expect, test } from 'vitest';
import { aheadGround, connectMany, HOUR, PATIENT } from '../../../test/platform/ahead-ground.ts';
import { startPlatform } from '../../../test/platform/platform.ts';
import { CLAIM_MS } from './lane.ts';

test('two processes share what is due: nothing is refreshed twice', async () => {
  const { platform, api, clock, credential, provider, config } = await aheadGround();
  const { providers } = config;
  const two = await startPlatform({ location: config.database, providers, clock });
  await connectMany({ api }, 60, { appSlug: 'zoom', credential: credential(HOUR) });
  clock.advance(HOUR);
  const handled = await Promise.all([platform.runAhead(), two.platform.runAhead()]);
  expect(handled[0] + handled[1]).toBe(60);
  expect(provider.received).toHaveLength(60);
});

test('what a killed process had claimed is due again when its claim has run out', async () => {
  const { platform, connect, clock, credential, provider } = await aheadGround();
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  const { db } = platform.database;
  await db
    .updateTable('connection')
    .set({ refreshDueAt: clock.now() + CLAIM_MS })
    .execute();
  expect(await platform.runAhead()).toBe(0);
  clock.advance(CLAIM_MS);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(1);
});

test('what somebody has refreshed since it was claimed is not refreshed again', async () => {
  const { platform, connect, clock, credential, provider, sync, issue } = await aheadGround();
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  const { db } = platform.database;
  const dueAt = async () =>
    (await db.selectFrom('connection').select('refreshDueAt').executeTakeFirst())?.refreshDueAt;
  let ahead: Promise<number> | undefined;
  provider.answer = async () => {
    // The scheduler claims it while an instance's request is at the provider.
    ahead = platform.runAhead();
    await expect.poll(dueAt, PATIENT).toBeGreaterThan(clock.now());
    return issue();
  };
  expect((await sync('zoom')).status).toBe(200);
  expect(await ahead).toBe(1);
  expect(provider.received).toHaveLength(1);
});
