import { describe, expect, test } from 'vitest';
import { outsideValue } from '../../../test/platform/by-record.ts';
import {
  contractGround,
  expiryAt,
  lasting,
  PASSING,
  refreshable,
  type Token,
} from '../../../test/platform/contract-ground.ts';
import { LOOKUP_ANSWERS } from '../../../test/platform/lookup-answers.ts';
import { pushed } from '../../../test/platform/platform.ts';
import type { Scripted } from '../../../test/platform/server.ts';
import { errorBody } from '../../../test/platform/strict-by-record.ts';

describe.each(refreshable)('refreshing $slug', app => {
  const { oauth } = app.credential;

  test('gives a new token with all that travels, and delivers it', async () => {
    const { walked, current, renewed, fake, clock, stored, platform, receiver } = await contractGround(app);
    await walked();
    const before = await current();
    fake.withhold.travels = true;
    const answer = (await (await renewed()).json()) as Token;
    expect([fake.refused, fake.granted]).toEqual([[], ['exchange', 'refresh']]);
    expect(answer.access_token).not.toBe(before);
    expect(await current()).toBe(answer.access_token);
    expect(await stored()).toMatchObject({ version: 2, expiresAt: expiryAt(app, clock.now(), false) });
    await platform.runOutbox();
    const { keys } = pushed(receiver.received.at(-1)?.body ?? '');
    for (const name of [...oauth.travels, ...oauth.callbackMembers]) {
      expect(answer).toHaveProperty([name], outsideValue(app, name));
      expect(keys).toHaveProperty([name], outsideValue(app, name));
    }
    expect(keys).toMatchObject({ ...LOOKUP_ANSWERS[app.slug]?.members, access_token: answer.access_token });
    expect(fake.lookedUp).toBe(oauth.lookup ? 1 : 0);
  });

  test('uses the newest refresh token each time', async () => {
    const { walked, renewed, fake, clock } = await contractGround(app);
    await walked();
    for (let round = 0; round < 3; round += 1) {
      expect((await renewed()).status).toBe(200);
      // Refreshes by force are limited, by us and by the record.
      clock.advance(11 * 60_000);
    }
    expect(fake.refused).toEqual([]);
    expect(new Set(fake.refreshTokens).size).toBe(oauth.rotation.rotates === true ? 3 : 1);
  });

  test('keeps its refresh token where the answer has none', async () => {
    const { walked, renewed, fake, clock } = await contractGround(app);
    await walked();
    fake.withhold.refreshToken = true;
    for (let round = 0; round < 2; round += 1) {
      expect((await renewed()).status).toBe(200);
      // Refreshes by force are limited, by us and by the record.
      clock.advance(11 * 60_000);
    }
    expect(fake.refreshTokens).toHaveLength(2);
    expect(new Set(fake.refreshTokens).size).toBe(1);
  });

  test.each(['invalid_grant', ...oauth.errors.grantDead])('ends with %s', async error => {
    const { walked, renewed, sync, fake, stored } = await contractGround(app);
    await walked();
    let asked = 0;
    fake.instead = () => {
      asked += 1;
      return { status: 400, body: errorBody(oauth, error) };
    };
    expect((await renewed()).status).toBe(409);
    expect((await sync(app.slug)).status).toBe(409);
    expect([asked, (await stored()).status]).toEqual([1, 'needs_reconnect']);
  });

  const told = (error: string): Scripted => ({ status: 400, body: errorBody(oauth, error) });
  test.each([
    ...PASSING,
    ...oauth.errors.pause.map(error => [error, told(error), 'provider_busy'] as const),
    ...oauth.errors.clientWrong.map(error => [error, told(error), 'provider_client_refused'] as const),
    ...oauth.errors.policy.map(error => [error, told(error), 'provider_blocked'] as const),
  ])('outlives %s', async (_, scripted, code) => {
    const { walked, renewed, fake, clock, stored } = await contractGround(app);
    await walked();
    fake.instead = () => scripted;
    const answer = await renewed();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code });
    if (scripted.headers?.['retry-after'] !== undefined)
      expect(answer.headers.get('retry-after')).toBe('120');
    expect(await stored()).toMatchObject({ status: 'failing', version: 1 });
    fake.instead = null;
    clock.advance(Number(answer.headers.get('retry-after')) * 1000 + 60_000);
    expect((await renewed()).status).toBe(200);
    expect(await stored()).toMatchObject({ status: 'connected', version: 2 });
  });

  test('outlives a wrong client secret', async () => {
    const { walked, renewed, fake, setKeys, stored, clock } = await contractGround(app);
    await walked();
    await setKeys({ ...fake.keys, [oauth.clientSecret]: `${fake.keys[oauth.clientSecret]}-wrong` });
    expect(await (await renewed()).json()).toMatchObject({ code: 'provider_client_refused' });
    expect(fake.refused).toEqual([expect.stringMatching(/^wrong (client|app) secret$/)]);
    await setKeys(fake.keys);
    // Refreshes by force are limited, by us and by the record.
    clock.advance(11 * 60_000);
    expect((await renewed()).status).toBe(200);
    expect(await stored()).toMatchObject({ status: 'connected', version: 2 });
  });
});

describe.each(lasting)('$slug, which is never refreshed', app => {
  test('serves its token until it is refused, and then wants the user', async () => {
    const { walked, current, renewed, fake, clock, stored } = await contractGround(app);
    await walked();
    const token = await current();
    clock.advance(400 * 86_400_000);
    expect(await current()).toBe(token);
    expect((await renewed()).status).toBe(409);
    expect(fake.granted).toEqual(['exchange']);
    expect(await stored()).toMatchObject({ status: 'needs_reconnect' });
  });
});
