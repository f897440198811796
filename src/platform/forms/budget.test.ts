import { expect, test } from 'vitest';
import { startPlatform } from '../../../test/platform/platform.ts';
import type { Outbound } from '../../lib/outbound.ts';
import { withinBudget } from './budget.ts';

test('a form has 45 s for all its requests together, and each no more than what is left', async () => {
  const all = await startPlatform();
  const created = await all.api('POST', '/api/keyferry/v1/connect-sessions', {
    externalUserId: 'ada',
    calcomUserId: 8,
    apps: ['ics-feed'],
  });
  const { id } = (await created.json()) as { id: string };
  let now = 1_000;
  const given: (number | undefined)[] = [];
  const outbound: Outbound = async (_, request) => {
    given.push(request?.deadlineMs);
    now += 20_000;
    return { status: 200, headers: new Headers(), body: '' };
  };
  const { db } = all.platform.database;
  const limits = { answerBytes: 1_000, until: now + 45_000, deadlineMs: 10_000 };
  const ask = withinBudget({ db, effects: { monotonic: () => now }, outbound }, id, limits);
  for (let request = 0; request < 3; request += 1) await ask('https://one.example/');
  await expect(ask('https://one.example/')).rejects.toMatchObject({ kind: 'timeout', maybeSent: false });
  expect(given).toEqual([10_000, 10_000, 5_000]);
});
