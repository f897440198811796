import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { aheadGround, connectMany, HOUR, MINUTE } from '../../../test/platform/ahead-ground.ts';
import { deliveries } from '../../../test/platform/outbox-ground.ts';
import { startPlatform } from '../../../test/platform/platform.ts';

const ENGINES = engines.filter(({ name, available }) => name !== 'pglite' && available);

describe.each(ENGINES)('a clock that is set back an hour, on $name', engine => {
  async function ground() {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const made = await aheadGround({ location });
    const dueAt = async () => {
      const rows = await made.platform.database.db
        .selectFrom('connection')
        .select('refreshDueAt')
        .orderBy('createdAt')
        .execute();
      return rows.map(({ refreshDueAt }) => Number(refreshDueAt));
    };
    return { ...made, dueAt };
  }

  test('makes no refresh late: what was due in some minutes is due in as many', async () => {
    const { platform, api, clock, credential, provider, dueAt } = await ground();
    await connectMany({ api }, 3, { appSlug: 'zoom', credential: credential(HOUR) });
    await platform.runAhead();
    const leftMs = Math.min(...(await dueAt())) - clock.now();
    clock.advance(-HOUR);
    expect(await platform.runAhead()).toBe(0);
    expect(Math.min(...(await dueAt())) - clock.now()).toBeLessThanOrEqual(leftMs);
    clock.advance(leftMs);
    expect(await platform.runAhead()).toBeGreaterThan(0);
    clock.advance(10 * MINUTE);
    await platform.runAhead();
    expect(provider.received).toHaveLength(3);
    // Once: what was written since is planned by the clock as it is.
    await platform.runAhead();
    expect(provider.received).toHaveLength(3);
  });

  test('is noticed at the next start as well', async () => {
    const { platform, clock, api, config, credential, dueAt } = await ground();
    await connectMany({ api }, 1, { appSlug: 'zoom', credential: credential(HOUR) });
    const [before = 0] = await dueAt();
    clock.advance(-HOUR);
    const again = await startPlatform({ location: config.database, clock, providers: config.providers });
    await again.platform.runAhead();
    expect(await dueAt()).toEqual([before - HOUR]);
    await again.platform.runAhead();
    await platform.runAhead();
    expect(await dueAt()).toEqual([before - HOUR]);
  });

  test('after it was ahead for a moment: what was written meanwhile is due by the clock that is right', async () => {
    const { platform, clock, api, connect, credential, dueAt, receiver } = await ground();
    await connect('zoom', credential(HOUR));
    await platform.runOutbox();
    await platform.runAhead();
    clock.advance(HOUR);
    const body = { externalUserId: 'u2', calcomUserId: 8, appSlug: 'dub', credential: credential(HOUR) };
    await api('POST', '/api/keyferry/v1/connections', body);
    clock.advance(-HOUR);
    const [right = 0, late = 0] = await dueAt();
    await platform.runAhead();
    expect(await dueAt()).toEqual([right, late - HOUR]);
    expect(receiver.received).toHaveLength(1);
    await platform.runOutbox();
    expect(receiver.received).toHaveLength(2);
  });

  test('puts no delivery off: not one that is new, not one that waits, however long it has waited', async () => {
    const { platform, clock, connect, credential, receiver, all } = await (async () => {
      const made = await ground();
      return { ...made, all: made };
    })();
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '7200' } });
    await connect('zoom', credential(30 * HOUR));
    await platform.runOutbox();
    clock.advance(1.5 * HOUR);
    receiver.answer = () => ({ status: 503 });
    await connect('dub', credential(30 * HOUR));
    await platform.runOutbox();
    await connect('google-calendar', credential(30 * HOUR));
    await platform.runAhead();
    receiver.answer = () => ({});
    clock.advance(-HOUR);
    await platform.runAhead();
    await platform.runOutbox();
    const state = async (slug: string) =>
      (await deliveries(all)).find(({ appSlug }) => appSlug === slug)?.state;
    expect(await state('google-calendar')).toBe('done');
    clock.advance(MINUTE);
    await platform.runOutbox();
    expect(await state('dub')).toBe('done');
    expect(await state('zoom')).toBe('waiting');
    clock.advance(0.5 * HOUR);
    await platform.runOutbox();
    expect(await state('zoom')).toBe('done');
  });
});
