import { expect, test } from 'vitest';
import { aheadGround, HOUR } from '../../../test/platform/ahead-ground.ts';
import { connectionsOf } from '../../../test/platform/platform.ts';

test('a grant that cannot be opened any more is logged and noted once, and is well again with its key', async () => {
  const { platform, connect, clock, credential, provider, logged, api } = await aheadGround();
  await connect('zoom', credential(HOUR));
  const { db } = platform.database;
  const [{ sealedCredential } = { sealedCredential: '' }] = await db
    .selectFrom('connection')
    .select('sealedCredential')
    .execute();
  const box = `k0${sealedCredential.slice(2)}`;
  await db.updateTable('connection').set({ sealedCredential: box }).execute();
  clock.advance(HOUR);
  logged.length = 0;
  for (let hour = 0; hour < 3; hour += 1) {
    expect(await platform.runAhead()).toBe(1);
    clock.advance(HOUR);
  }
  expect(
    logged.filter(line => line.includes('sealed_unreadable') && line.includes('"level":50')),
  ).toHaveLength(1);
  const [found] = await connectionsOf({ api });
  expect(found).toMatchObject({ status: 'failing', statusReason: 'sealed_unreadable' });
  expect(found?.events.filter(({ kind }) => kind === 'connection.failing')).toHaveLength(1);
  expect(provider.received).toEqual([]);
  // Its key is back.
  await db.updateTable('connection').set({ sealedCredential }).execute();
  expect(await platform.runAhead()).toBe(1);
  expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected' }]);
});
