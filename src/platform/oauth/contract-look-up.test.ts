import { describe, expect, test } from 'vitest';
import { CALCOM_APPS } from '../../../test/calcom-readers.ts';
import { contractGround, lookingUp, PASSING } from '../../../test/platform/contract-ground.ts';
import { LOOKUP_ANSWERS } from '../../../test/platform/lookup-answers.ts';
import { connectionsOf, pushed } from '../../../test/platform/platform.ts';
import type { Scripted } from '../../../test/platform/server.ts';

test('there is an answer for every look-up of the catalogue', () => {
  expect(new Set(lookingUp.map(({ slug }) => slug))).toEqual(new Set(Object.keys(LOOKUP_ANSWERS)));
});

describe.each(lookingUp)('the look-up of $slug', app => {
  const { lookup } = app.credential.oauth;
  const { members, useless } = LOOKUP_ANSWERS[app.slug] ?? {};

  test("gives the members that its record names, and Cal.com's reader its key", async () => {
    expect(Object.keys(members ?? {})).toEqual(lookup?.members);
    const { walked, platform, receiver, clock } = await contractGround(app, { targetKind: 'calcom' });
    await walked();
    await platform.runOutbox();
    const { keys } = pushed(receiver.received[0]?.body ?? '');
    expect(typeof keys === 'string' ? JSON.parse(keys) : keys).toMatchObject(members ?? {});
    const reader = CALCOM_APPS[app.slug];
    expect(reader?.readKey(keys, clock.now()).accessToken).toMatch(/^access-/);
  });

  test.each([
    ...PASSING,
    [
      '401',
      { status: 401 },
      lookup?.authentication === 'token' ? 'provider_refused' : 'provider_client_refused',
    ],
    ['403', { status: 403 }, 'provider_refused'],
    ['an answer without what is needed', { body: useless ?? {} }, 'provider_malformed'],
    ['a list', { body: [] }, 'provider_malformed'],
  ] as [string, Scripted, string][])(
    'keeps from connecting by %s, until it is tried again',
    async (_, scripted, code) => {
      const { walk, walked, fake, platform, all, receiver } = await contractGround(app);
      fake.insteadOfLookup = () => scripted;
      expect(await walk()).toBe(code);
      expect(await platform.database.db.selectFrom('connection').selectAll().execute()).toEqual([]);
      expect([await platform.runOutbox(), receiver.received]).toEqual([0, []]);
      fake.insteadOfLookup = null;
      await walked();
      expect(await connectionsOf(all)).toHaveLength(1);
    },
  );
});
