import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { answering, type FaultyServer } from '../../../test/faulty-server.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';
import type { Instance } from '../index.ts';

const dropped: FaultyServer['answer'] = (_, response) => void response.destroy();
const good: FaultyServer['answer'] = answering(200, { access_token: 'good', expires_in: 3600 });

describeEngines('a platform', engine => {
  const ground = tokenGround(engine);
  const { token, row, pushExpired, expiredUsers, platformEvents } = ground;
  const ask = (instance: Instance, userId: number) => instance.accessToken({ userId, appSlug: SLUG });
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'given',
      error => error.code as string,
    );

  /** A process whose platform has just been found dead, and the users whose tokens have expired. */
  async function foundDead(users: number) {
    const instance = await ground.another();
    const ids = await expiredUsers(users);
    ground.platform.answer = dropped;
    for (const id of ids.slice(0, 3)) expect(await codeOf(ask(instance, id))).toBe('platform_unreachable');
    expect(ground.platform.seen).toHaveLength(3);
    return { instance, ids };
  }

  test('that is dead costs the callers of one credential one request, then none', async () => {
    const instance = await ground.another();
    await pushExpired();
    ground.platform.answer = dropped;
    for (let round = 0; round < 2; round += 1) {
      const asked = Array.from({ length: 200 }, () => codeOf(token({}, instance)));
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['platform_unreachable']));
      expect(ground.platform.seen).toHaveLength(1);
    }
  });

  test('that is dead costs the callers of 50 credentials three requests, then none, no lease and no mark', async () => {
    const { instance, ids } = await foundDead(50);
    const leases = async () =>
      (await sql`select "name" from "lease"`.execute(ground.database.db)).rows.length;
    const before = await leases();
    const asked = ids.slice(3).map(id => codeOf(ask(instance, id)));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['platform_unreachable']));
    expect(ground.platform.seen).toHaveLength(3);
    expect(await leases()).toBe(before);
    await expect(ask(instance, ids[40] ?? 0)).rejects.toMatchObject({ retryAfterMs: 1_000, status: 424 });
    const { credentials } = (await (
      await ground.side.api('GET', `/api/keyferry/v1/credentials?userId=${ids[40]}`)
    ).json()) as { credentials: unknown[] };
    expect(credentials).toMatchObject([{ status: 'working', failures: 0 }]);
  });

  test('that is dead leaves the tokens that still hold in use', async () => {
    const { instance } = await foundDead(3);
    await ground.push({ access_token: 'short', expiry_date: ground.clock.now() + 60_000 });
    expect((await token({ minimumSeconds: 600 }, instance)).accessToken).toBe('short');
    expect(ground.platform.seen).toHaveLength(3);
  });

  test('is probed by one caller when the wait is over; who comes meanwhile is told at once', async () => {
    const { instance, ids } = await foundDead(10);
    const [, , , fourth = 0, fifth = 0, sixth = 0] = ids;
    ground.clock.advance(1_000);
    ground.platform.answer = async (_, response) => {
      expect(await codeOf(ask(instance, fifth))).toBe('platform_unreachable');
      response.destroy();
    };
    expect(await codeOf(ask(instance, fourth))).toBe('platform_unreachable');
    expect(ground.platform.seen).toHaveLength(4);
    // It failed: the next wait is longer.
    ground.clock.advance(1_999);
    expect(await codeOf(ask(instance, fifth))).toBe('platform_unreachable');
    expect(ground.platform.seen).toHaveLength(4);
    ground.clock.advance(1);
    ground.platform.answer = good;
    expect(await codeOf(ask(instance, fifth))).toBe('given');
    expect(await codeOf(ask(instance, sixth))).toBe('given');
    expect(instance.platformState().state).toBe('answering');
  });

  test.each<[string, FaultyServer['answer']]>([
    ['404', answering(404, {})],
    ['409', answering(409, { code: 'needs_reconnect' })],
    ['403', answering(403, {})],
    ['429', answering(429, {})],
    ['503 that says when', answering(503, {}, { 'retry-after': '5' })],
    ['400', answering(400, {})],
  ])('that answers a probe with %s is alive', async (_, answer) => {
    const { instance, ids } = await foundDead(5);
    ground.clock.advance(1_000);
    ground.platform.answer = answer;
    await codeOf(ask(instance, ids[3] ?? 0));
    expect(instance.platformState()).toMatchObject({ nextTryAt: null, answeredAt: ground.clock.now() });
    ground.platform.answer = good;
    expect(await codeOf(ask(instance, ids[4] ?? 0))).toBe('given');
  });

  test('that fails for one user alone is not shut out for the others', async () => {
    const instance = await ground.another();
    const [bad = 0, other = 0] = await expiredUsers(2);
    ground.platform.answer = ({ body }, response) => {
      if (body.includes(`calcomUserId=${bad}&`)) return void response.writeHead(500).end();
      return good({} as never, response);
    };
    for (let n = 0; n < 10; n += 1) {
      expect(await codeOf(ask(instance, bad))).toBe('platform_unreachable');
      ground.clock.advance(60_000);
    }
    expect(ground.platform.seen).toHaveLength(10);
    expect(await codeOf(ask(instance, other))).toBe('given');
    expect(await platformEvents()).toEqual([]);
  });

  test('that is slow or broken for one app is asked for the others', async () => {
    const instance = await ground.another();
    const slugs = [SLUG, 'zoom'] as const;
    const ids = await expiredUsers(8, slugs);
    const about = (id: number, appSlug: string) => codeOf(instance.accessToken({ userId: id, appSlug }));
    ground.platform.answer = ({ body }, response) => {
      if (body.endsWith('appSlug=zoom')) return good({} as never, response);
      return void response.writeHead(500).end();
    };
    expect(await about(ids[0] ?? 0, 'zoom')).toBe('given');
    for (const id of ids.slice(0, 5)) expect(await about(id, SLUG)).toBe('platform_unreachable');
    // Three, then none for this app; the other one's are still answered, and the platform is not called silent.
    expect(ground.platform.seen).toHaveLength(4);
    ground.clock.advance(1);
    expect(await about(ids[1] ?? 0, 'zoom')).toBe('given');
    expect(instance.platformState()).toMatchObject({ state: 'answering', since: null });
    expect(await about(ids[5] ?? 0, SLUG)).toBe('platform_unreachable');
    expect(ground.platform.seen).toHaveLength(5);
  });

  test('that takes requests and never has more than a 502 for an answer is unreachable', async () => {
    const instance = await ground.another();
    const ids = await expiredUsers(5);
    ground.platform.answer = answering(502, '<html>', { 'content-type': 'text/html' });
    for (const id of ids) expect(await codeOf(ask(instance, id))).toBe('platform_unreachable');
    expect(ground.platform.seen).toHaveLength(3);
    expect(instance.platformState()).toMatchObject({ state: 'unreachable' });
    expect(await platformEvents()).toEqual(['platform.unreachable']);
  });

  test('is asked by a person although it is left alone, which is a probe', async () => {
    const { instance } = await foundDead(3);
    await pushExpired();
    await expect(token({}, instance)).rejects.toMatchObject({ code: 'platform_unreachable' });
    await expect(token({ now: true }, instance)).rejects.toMatchObject({ code: 'platform_unreachable' });
    expect(ground.platform.seen).toHaveLength(4);
    ground.platform.answer = good;
    expect((await token({ now: true }, instance)).accessToken).toBe('good');
    expect(instance.platformState().state).toBe('answering');
    expect(await row()).toMatchObject({ status: 'working' });
  });

  test('has one event when it falls silent and one when it is back, however many processes see it', async () => {
    const { instance, ids } = await foundDead(9);
    const others = [await ground.another(), await ground.another()];
    for (const other of others) {
      for (const id of ids.slice(3, 6)) expect(await codeOf(ask(other, id))).toBe('platform_unreachable');
      ground.clock.advance(60_000);
    }
    expect(await platformEvents()).toEqual(['platform.unreachable']);
    expect(
      ground.logged.filter(({ code, level }) => code === 'platform_unreachable' && level === 50),
    ).toHaveLength(1);
    ground.platform.answer = good;
    for (const one of [...others, instance]) expect(await codeOf(ask(one, ids.pop() ?? 0))).toBe('given');
    expect(await platformEvents()).toEqual(['platform.unreachable', 'platform.recovered']);
  });

  test('whose incident cannot be written down is judged all the same', async () => {
    const { db } = ground.database;
    await sql`alter table "incident" rename to "incident_away"`.execute(db);
    try {
      const { instance, ids } = await foundDead(4);
      ground.clock.advance(1_000);
      ground.platform.answer = good;
      expect(await codeOf(ask(instance, ids[3] ?? 0))).toBe('given');
    } finally {
      await sql`alter table "incident_away" rename to "incident"`.execute(db);
    }
    const told = ground.logged.filter(({ msg }) => msg === 'an incident was not noted');
    expect(told).toHaveLength(2);
  });

  test('whose incident could not be written down at first is noted at the next sight of it', async () => {
    const [refused, silent] = [await ground.another(), await ground.another()];
    const ids = await expiredUsers(8);
    const { db } = ground.database;
    await sql`alter table "incident" rename to "incident_away"`.execute(db);
    try {
      ground.platform.answer = answering(403, {});
      expect(await codeOf(ask(refused, ids[0] ?? 0))).toBe('platform_refused');
      ground.platform.answer = dropped;
      for (const id of ids.slice(1, 4)) expect(await codeOf(ask(silent, id))).toBe('platform_unreachable');
    } finally {
      await sql`alter table "incident_away" rename to "incident"`.execute(db);
    }
    expect(await platformEvents()).toEqual([]);
    ground.clock.advance(1_000);
    expect(await codeOf(ask(silent, ids[4] ?? 0))).toBe('platform_unreachable');
    expect(await platformEvents()).toEqual(['platform.unreachable']);
    ground.platform.answer = answering(403, {});
    for (const id of ids.slice(5, 7)) expect(await codeOf(ask(refused, id))).toBe('platform_refused');
    expect(await platformEvents()).toEqual(['platform.unreachable', 'platform.refused']);
  });

  test('that was found dead by a process that is gone is found back by another', async () => {
    await foundDead(3);
    const restarted = await ground.another();
    await pushExpired();
    ground.platform.answer = good;
    await token({}, restarted);
    expect(await platformEvents()).toEqual(['platform.unreachable', 'platform.recovered']);
  });

  test('that refuses our secret is told once to the operator, until it takes it', async () => {
    const [one, two] = [await ground.another(), await ground.another()];
    const ids = await expiredUsers(6);
    ground.platform.answer = answering(403, { message: 'Invalid secret' });
    for (const id of ids.slice(0, 3)) {
      expect(await codeOf(ask(one, id))).toBe('platform_refused');
      ground.clock.advance(1_000);
      expect(await codeOf(ask(two, id))).toBe('platform_refused');
    }
    expect(await platformEvents()).toEqual(['platform.refused']);
    const told = ground.logged.filter(({ code, level }) => code === 'platform_refused' && level === 50);
    expect(told).toHaveLength(1);
    expect(one.platformState()).toMatchObject({
      state: 'refusing',
      since: expect.any(Number),
      nextTryAt: null,
    });
    // A 404 says nothing about the secret: any web server has one.
    ground.platform.answer = answering(404, {});
    await codeOf(ask(one, ids[3] ?? 0));
    expect(await platformEvents()).toEqual(['platform.refused']);
    ground.platform.answer = good;
    expect(await codeOf(ask(one, ids[4] ?? 0))).toBe('given');
    expect(one.platformState()).toMatchObject({ state: 'answering', since: null });
    expect(await platformEvents()).toEqual(['platform.refused', 'platform.recovered']);
  });

  test('has a state that a page can show: since when it has not answered, and when it is asked next', async () => {
    const instance = await ground.another();
    const state = async () => {
      const headers = { authorization: `Bearer ${ground.config.apiKey}` };
      const url = 'http://instance.test/api/keyferry/v1/status';
      const answer = await instance.fetch(new Request(url, { headers }));
      return ((await answer.json()) as { platform: unknown }).platform;
    };
    expect(await state()).toEqual({ state: 'unknown', since: null, nextTryAt: null, answeredAt: null });
    const ids = await ground.expiredUsers(5);
    const ask = (n: number) => instance.accessToken({ userId: ids[n] ?? 0, appSlug: SLUG });
    ground.platform.answer = good;
    await ask(0);
    const answeredAt = ground.clock.now();
    expect(await state()).toEqual({ state: 'answering', since: null, nextTryAt: null, answeredAt });
    ground.platform.answer = dropped;
    ground.clock.advance(5_000);
    const since = ground.clock.now();
    for (const n of [1, 2, 3]) {
      await expect(ask(n)).rejects.toMatchObject({ code: 'platform_unreachable' });
      ground.clock.advance(100);
    }
    expect(await state()).toEqual({ state: 'unreachable', since, nextTryAt: since + 1_200, answeredAt });
  });
});
