import { describe, expect, test } from 'vitest';
import { DAY, endingsGround } from '../../../test/platform/endings-ground.ts';
import { CLIENT } from '../../../test/platform/platform.ts';

describe('a client secret', () => {
  const path = '/api/keyferry/v1/apps/zoom';
  const put = (api: Awaited<ReturnType<typeof endingsGround>>['api'], date: unknown) =>
    api('PUT', path, { keys: { ...CLIENT, client_secret_expires_at: date } });

  test('whose end the operator gave is listed, told to the host, and shown with the keys', async () => {
    const { platform, api, clock, endings, host, told } = await endingsGround();
    const endsAt = Math.floor(clock.now() / DAY) * DAY + 30 * DAY;
    const day = new Date(endsAt).toISOString().slice(0, 10);
    const answer = await put(api, day);
    expect(await answer.json()).toMatchObject({
      keys: { client_secret: { set: true }, client_secret_expires_at: { set: true, value: day } },
    });
    expect((await endings()).endings).toEqual([]);
    expect((await endings('?withinDays=30')).endings).toEqual([
      {
        kind: 'app_secret',
        appSlug: 'zoom',
        connectionId: null,
        externalUserId: null,
        endsAt,
        reason: 'client_secret',
        remedy: expect.stringContaining('PUT /api/keyferry/v1/apps/zoom'),
      },
    ]);
    for (let passed = 0; passed < 31; passed += 1) {
      await platform.runEndings();
      clock.advance(DAY);
    }
    expect(await told()).toMatchObject([{ kind: 'app.secret_ending' }, { kind: 'app.secret_ending' }]);
    await platform.runOutbox();
    clock.advance(1);
    await platform.runOutbox();
    expect(host.received.map(({ body }) => JSON.parse(body))).toMatchObject(
      Array(2).fill({
        type: 'app.secret_ending',
        data: { appSlug: 'zoom', reason: 'client_secret', endsAt: new Date(endsAt).toISOString() },
      }),
    );
  });

  test('with the same end is not told again; without one any more it is not told', async () => {
    const { platform, api, clock } = await endingsGround();
    const date = new Date(clock.now() + 3 * DAY).toISOString();
    await put(api, date);
    expect(await platform.runEndings()).toBe(1);
    await put(api, date);
    expect(await platform.runEndings()).toBe(0);
    await put(api, '');
    clock.advance(3 * DAY);
    expect(await platform.runEndings()).toBe(0);
  });

  test.each(['tomorrow', 20270131, '2027-02-30'])('has no end %s', async date => {
    const { api } = await endingsGround();
    const answer = await put(api, date);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('client_secret_expires_at');
  });

  test('is a matter of apps by OAuth alone', async () => {
    const { api } = await endingsGround();
    const { apps } = (await (await api('GET', '/api/keyferry/v1/apps')).json()) as {
      apps: { kind: string; keys: object }[];
    };
    for (const { kind, keys } of apps) {
      expect('client_secret_expires_at' in keys).toBe(kind === 'oauth2');
    }
  });
});
