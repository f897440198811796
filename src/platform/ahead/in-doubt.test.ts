import { expect, test } from 'vitest';
import { losing, refreshGround } from '../../../test/platform/refresh-ground.ts';
import { createScheduler } from './scheduler.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A grant whose refresh ahead of need was answered, and the answer lost. */
async function inDoubt(lifeMs: number | null) {
  const ground = await refreshGround();
  const { clock, context, provider, state } = ground;
  const endsAt = lifeMs === null ? 0 : clock.now() + lifeMs;
  const id = await ground.connect('rotating', { expiry_date: endsAt });
  clock.advance(((await state(id)).refreshDueAt ?? 0) - clock.now());
  expect(await createScheduler(await ground.start({ outbound: losing })).run()).toBe(1);
  expect(provider.received).toHaveLength(1);
  const scheduler = createScheduler(context);
  /** Looks that often. @returns how often the grant was worked on */
  async function looks(count: number, everyMs: number): Promise<number> {
    let handled = 0;
    for (let look = 0; look < count; look += 1) {
      clock.advance(everyMs);
      handled += await scheduler.run();
    }
    return handled;
  }
  return { ...ground, id, endsAt, looks };
}

test('a grant in doubt is looked at once, and again when its token ends', async () => {
  const { looks, clock, endsAt, provider, state, id } = await inDoubt(2 * HOUR);
  const minutes = Math.floor((endsAt - 5_001 - clock.now()) / MINUTE);
  expect(minutes).toBeGreaterThan(8);
  expect(await looks(minutes, MINUTE)).toBe(1);
  expect(provider.received).toHaveLength(1);
  clock.advance(endsAt - 5_000 - clock.now());
  expect(await looks(1, 0)).toBe(1);
  expect(provider.received).toHaveLength(2);
  expect(await state(id)).toMatchObject({ status: 'connected', version: 2 });
});

test.each([
  ['never ends', null],
  ['is long from ending', 400 * DAY],
])('where the token %s, once a day, until its trace is gone', async (_, lifeMs) => {
  const { looks, provider, state, id, context } = await inDoubt(lifeMs);
  expect(await looks(1, MINUTE)).toBe(1);
  expect(await looks(72, HOUR)).toBe(3);
  expect(provider.received).toHaveLength(1);
  expect(await state(id)).toMatchObject({ statusReason: 'provider_answer_missing' });
  await context.database.db.deleteFrom('refresh_attempt').execute();
  expect(await looks(1, DAY)).toBe(1);
  expect(await state(id)).toMatchObject({ status: 'connected', version: 2 });
});
