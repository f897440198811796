import { expect, test } from 'vitest';
import { HOUR_MS, refreshGround, tokenOf } from '../../../test/platform/refresh-ground.ts';
import { freshCredential } from './fresh-credential.ts';
import { refreshNow } from './refresh-now.ts';

const DAY_MS = 86_400_000;
const busyForADay = () => ({ status: 429, headers: { 'retry-after': '86400' } });

test('a Retry-After of a day is waited for an hour, once the token has ended', async () => {
  const { context, connect, provider, state, clock } = await refreshGround();
  const id = await connect('rotating');
  provider.answer = busyForADay;
  await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_busy' });
  expect((await state(id)).retryAt).toBe(clock.now() + HOUR_MS);
});

test('and while the token serves until it ends, or for the day', async () => {
  const { context, connect, provider, state, clock } = await refreshGround();
  const ends = clock.now() + 10 * HOUR_MS;
  const ahead = { minimumMs: 3 * DAY_MS };
  const short = await connect('rotating', { expiry_date: ends });
  const long = await connect('lasting', { expiry_date: clock.now() + 2 * DAY_MS });
  provider.answer = busyForADay;
  for (const id of [short, long]) await freshCredential(context, id, ahead);
  expect((await state(short)).retryAt).toBe(ends);
  expect((await state(long)).retryAt).toBe(clock.now() + DAY_MS);
});

test('a person who asks does not wait, gets what it brings, and costs one refresh in ten seconds', async () => {
  const { context, connect, provider, state, clock } = await refreshGround();
  const id = await connect('rotating');
  const well = provider.answer;
  provider.answer = busyForADay;
  await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_busy' });
  provider.answer = well;
  await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_busy' });
  expect(tokenOf(await refreshNow(context, id))).toBe('access-1');
  expect(await state(id)).toMatchObject({ status: 'connected', version: 2 });
  expect(tokenOf(await refreshNow(context, id))).toBe('access-1');
  clock.advance(10_000);
  expect(tokenOf(await refreshNow(context, id))).toBe('access-2');
  expect(provider.received).toHaveLength(3);
});

test('a person hears why it fails, though the token still serves', async () => {
  const { context, connect, provider, clock } = await refreshGround();
  const id = await connect('rotating', { expiry_date: clock.now() + HOUR_MS });
  provider.answer = () => ({ status: 500 });
  await expect(refreshNow(context, id)).rejects.toMatchObject({ code: 'provider_failed' });
  await expect(refreshNow(context, 'none')).rejects.toMatchObject({ code: 'connection_not_found' });
});
