import { describe, expect, onTestFinished, test } from 'vitest';
import {
  aheadGround,
  connectionsWith,
  connectMany,
  DAY,
  HOUR,
  MINUTE,
  PATIENT,
} from '../../../test/platform/ahead-ground.ts';
import { WIDTH } from './lane.ts';

test('all that is due is refreshed, however many, as many at once as an app may have', async () => {
  const { platform, api, clock, credential, provider, issue } = await aheadGround();
  await connectMany({ api }, 3 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
  clock.advance(HOUR);
  let atOnce = 0;
  let most = 0;
  provider.answer = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise(resolve => setImmediate(resolve));
    atOnce -= 1;
    return issue();
  };
  expect(await platform.runAhead()).toBe(3 * WIDTH);
  expect(provider.received).toHaveLength(3 * WIDTH);
  expect(most).toBeLessThanOrEqual(WIDTH);
});

describe('a provider', () => {
  test('that hangs holds up no other', async () => {
    const { platform, api, clock, credential, provider, other, issue } = await aheadGround();
    const release = Promise.withResolvers<void>();
    onTestFinished(() => release.resolve());
    provider.answer = async () => {
      await release.promise;
      return issue();
    };
    await connectMany({ api }, WIDTH + 5, { appSlug: 'zoom', credential: credential(HOUR) });
    await connectMany({ api }, 5, { appSlug: 'dub', credential: credential(HOUR) });
    clock.advance(HOUR);
    const all = platform.runAhead();
    const reached = () => provider.received.length >= WIDTH && other.received.length >= 5;
    await expect.poll(reached, PATIENT).toBe(true);
    clock.advance(HOUR);
    // The hanging ones are still under way; what is due of the other goes on.
    const again = platform.runAhead();
    await expect.poll(() => other.received.length, PATIENT).toBe(10);
    release.resolve();
    expect(await all).toBeGreaterThanOrEqual(10 + WIDTH);
    await again;
  });

  test('that is down is asked by fewer and fewer, then left alone for a time, and asked again', async () => {
    const { platform, api, clock, credential, provider, issue } = await aheadGround();
    await connectMany({ api }, 3 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
    clock.advance(HOUR);
    provider.answer = () => ({ status: 500 });
    await platform.runAhead();
    const asked = provider.received.length;
    expect(asked).toBeLessThan(2 * WIDTH);
    expect(await platform.runAhead()).toBe(0);
    provider.answer = issue;
    for (let minute = 1; minute <= 10; minute += 1) {
      clock.advance(MINUTE);
      await platform.runAhead();
    }
    expect(await connectionsWith(api, 'failing')).toBe(0);
    expect(provider.received.length).toBe(asked + 3 * WIDTH);
  });

  test('that refuses the client is asked once for all its grants', async () => {
    const { platform, api, clock, credential, provider } = await aheadGround();
    await connectMany({ api }, WIDTH / 2, { appSlug: 'zoom', credential: credential(HOUR) });
    clock.advance(HOUR);
    provider.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    await platform.runAhead();
    const asked = provider.received.length;
    expect(await platform.runAhead()).toBe(0);
    expect(provider.received.length).toBe(asked);
    expect(await connectionsWith(api, 'needs_reconnect')).toBe(0);
  });
});

describe('when more is due than goes at once', () => {
  test('what instances use goes first, and the rest does not starve', async () => {
    const { platform, api, clock, credential, provider, issue } = await aheadGround();
    await connectMany({ api }, 4 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
    const { db } = platform.database;
    const rows = await db.selectFrom('connection').select(['id', 'externalUserId']).execute();
    const unused = rows.filter(({ externalUserId }) => Number(externalUserId.slice(5)) % 2 === 0);
    const ids = unused.map(({ id }) => id);
    // The unused ones are due longer.
    const due = { refreshClass: 1, refreshDueAt: clock.now() };
    await db.updateTable('connection').set(due).where('id', 'in', ids).execute();
    clock.advance(HOUR);
    const order: boolean[] = [];
    const seen = new Map<string, number>();
    provider.answer = async () => {
      const now = await db.selectFrom('connection').select(['id', 'refreshDueAt']).execute();
      for (const { id, refreshDueAt } of now) {
        if (seen.has(id) || (refreshDueAt ?? 0) <= clock.now()) continue;
        seen.set(id, seen.size);
        order.push(ids.includes(id));
      }
      return issue();
    };
    expect(await platform.runAhead()).toBe(4 * WIDTH);
    const firstHalf = order.slice(0, 2 * WIDTH).filter(isUnused => isUnused).length;
    expect(firstHalf).toBeGreaterThan(0);
    expect(firstHalf).toBeLessThanOrEqual(WIDTH);
  });

  test('an instance that asks makes a connection one that is used; it is noted once an hour', async () => {
    const { platform, connect, clock, credential, sync } = await aheadGround();
    await connect('zoom', credential(8 * DAY));
    const { db } = platform.database;
    const used = async () =>
      (await db.selectFrom('connection').select(['usedAt', 'refreshClass']).execute())[0];
    clock.advance(7 * DAY + HOUR * 20);
    await platform.runAhead();
    expect(await used()).toMatchObject({ refreshClass: 1 });
    await sync('zoom');
    const first = clock.now();
    expect(await used()).toEqual({ usedAt: first, refreshClass: 0 });
    clock.advance(HOUR - 1);
    await sync('zoom');
    expect(await used()).toMatchObject({ usedAt: first });
    clock.advance(1);
    await sync('zoom');
    expect(await used()).toMatchObject({ usedAt: clock.now() });
  });
});
