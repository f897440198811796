import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { answering } from '../../../test/faulty-server.ts';
import { tokenGround } from '../../../test/token-ground.ts';
import { acquireLease } from '../../lib/lease.ts';
import { leaseName } from '../store/index.ts';

const HOUR = 3_600_000;
const unknown = answering(404, { message: 'unknown' });

describeEngines('a credential whose refresh fails', engine => {
  const ground = tokenGround(engine);
  const { token, row, push, pushExpired } = ground;
  const refused = (code: string) => expect.objectContaining({ code });

  /** Fails once. @returns the wait that follows, in milliseconds */
  async function fail(): Promise<number> {
    await expect(token()).rejects.toThrow(refused('platform_unknown'));
    return ((await row()).retryAt ?? 0) - ground.clock.now();
  }

  test('waits twice as long each time, up to a minute; whoever asks meanwhile is told at once for how long', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    const waits = [];
    for (let n = 1; n <= 8; n += 1) {
      const wait = await fail();
      waits.push(wait);
      ground.clock.advance(wait - 1);
      const told = await Promise.allSettled(Array.from({ length: 200 }, () => token()));
      for (const one of told) {
        expect(one).toMatchObject({ reason: { code: 'platform_unknown', retryAfterMs: 1 } });
      }
      expect(ground.platform.seen).toHaveLength(n);
      ground.clock.advance(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(await row()).toMatchObject({ failures: 8 });
  });

  test('spreads its waits', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    const early = await ground.another({ random: () => 0 });
    await expect(token({}, early)).rejects.toThrow(refused('platform_unknown'));
    expect(((await row()).retryAt ?? 0) - ground.clock.now()).toBe(500);
  });

  test('waits in every process, and across a restart', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    await fail();
    const other = await ground.another();
    await expect(token({}, other)).rejects.toMatchObject({ code: 'platform_unknown', retryAfterMs: 1_000 });
    await expect(token({ force: true }, other)).rejects.toMatchObject({ code: 'platform_unknown' });
    expect(ground.platform.seen).toHaveLength(1);
    ground.clock.advance(1_000);
    await expect(token({}, other)).rejects.toMatchObject({ code: 'platform_unknown' });
    expect(await row()).toMatchObject({ failures: 2 });
  });

  test('does not lock while it waits', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    await fail();
    await acquireLease(ground.database, leaseName((await row()).id), HOUR);
    await expect(token()).rejects.toMatchObject({ code: 'platform_unknown' });
  });

  test('works again with a push, and its next incident starts from the first wait', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    for (let n = 0; n < 4; n += 1) ground.clock.advance(await fail());
    await push({ access_token: 'pushed', expiry_date: ground.clock.now() + HOUR });
    expect((await token()).accessToken).toBe('pushed');
    expect(await row()).toMatchObject({ status: 'working', failures: 0, retryAt: null, failedAt: null });
    await pushExpired();
    expect(await fail()).toBe(1_000);
    expect(await row()).toMatchObject({ failures: 1 });
  });

  test('is asked for at once by a person: in vain, and then not', async () => {
    await pushExpired();
    ground.platform.answer = unknown;
    await fail();
    await expect(token({ now: true })).rejects.toThrow(refused('platform_unknown'));
    expect(ground.platform.seen).toHaveLength(2);
    expect(await row()).toMatchObject({ failures: 2, retryAt: ground.clock.now() + 2_000 });
    ground.platform.answer = answering(200, { access_token: 'asked', expires_in: 3600 });
    expect((await token({ now: true })).accessToken).toBe('asked');
    expect(await row()).toMatchObject({ status: 'working' });
  });

  test('asked for by many persons at once is one request', async () => {
    await pushExpired();
    ground.platform.answer = async (_, response) => {
      await new Promise(resolve => setTimeout(resolve, 30));
      response.end(JSON.stringify({ access_token: 'asked', expires_in: 3600 }));
    };
    const others = [ground.side.instance, await ground.another()];
    await Promise.all(others.flatMap(one => Array.from({ length: 20 }, () => token({ now: true }, one))));
    expect(ground.platform.seen).toHaveLength(1);
  });

  test('that is dead stays dead for a person who asks in vain, and comes alive when the platform has a token', async () => {
    await pushExpired();
    ground.platform.answer = answering(409, { code: 'needs_reconnect' });
    await expect(token()).rejects.toThrow(refused('needs_reconnect'));
    ground.platform.answer = answering(500, '');
    await expect(token({ now: true })).rejects.toThrow(refused('platform_unreachable'));
    expect(await row()).toMatchObject({ status: 'needs_reconnect', statusReason: 'needs_reconnect' });
    await expect(token()).rejects.toThrow(refused('needs_reconnect'));
    expect(ground.platform.seen).toHaveLength(2);
    ground.platform.answer = answering(200, { access_token: 'alive', expires_in: 3600 });
    expect((await token({ now: true })).accessToken).toBe('alive');
    expect((await ground.events()).at(-1)).toBe('credential.recovered version 2');
  });
});

describeEngines('POST /api/keyferry/v1/credentials/{id}/refresh', engine => {
  const ground = tokenGround(engine);
  const { row, push, pushExpired } = ground;
  const refresh = async (id?: number) =>
    ground.side.api('POST', `/api/keyferry/v1/credentials/${id ?? (await row()).id}/refresh`);

  test('asks the platform although the token is good, and answers the state', async () => {
    await push({ access_token: 'good', expiry_date: ground.clock.now() + HOUR });
    ground.platform.answer = answering(200, { access_token: 'better', expires_in: 7200 });
    const answer = await refresh();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(await row());
    expect(await row()).toMatchObject({
      version: 2,
      status: 'working',
      expiresAt: ground.clock.now() + 2 * HOUR,
    });
    expect(ground.platform.seen).toHaveLength(1);
  });

  test('answers no token', async () => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: 'a-token-for-no-page', expires_in: 7200 });
    expect(await (await refresh()).text()).not.toContain('a-token-for-no-page');
  });

  test('tells a failure, although the stored token still holds', async () => {
    await push({ access_token: 'good', expiry_date: ground.clock.now() + HOUR });
    ground.platform.answer = answering(429, {}, { 'retry-after': '30' });
    const answer = await refresh();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([424, '30']);
    expect(await answer.json()).toMatchObject({ code: 'platform_busy', remedy: expect.any(String) });
    expect(await row()).toMatchObject({ status: 'failing', retryAt: ground.clock.now() + 30_000 });
  });

  test('of an app without tokens, of nobody, and without the key', async () => {
    await ground.side.push(
      { username: 'u', password: 'p', url: 'https://dav.example' },
      'caldav-calendar',
      ground.userId,
    );
    expect(await (await refresh()).json()).toMatchObject({ code: 'not_a_token_app', status: 409 });
    expect(await (await refresh(2_000_000_000)).json()).toMatchObject({ code: 'credential_not_found' });
    const url = `http://instance.test/api/keyferry/v1/credentials/${(await row()).id}/refresh`;
    const bare = await ground.side.instance.fetch(new Request(url, { method: 'POST' }));
    expect(bare.status).toBe(401);
    expect(ground.platform.seen).toHaveLength(0);
  });
});
