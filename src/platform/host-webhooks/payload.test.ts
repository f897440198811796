import { describe, expect, test } from 'vitest';
import { browser } from '../../../test/platform/browser.ts';
import { setOut } from '../../../test/platform/connect-page.ts';
import { startGoogle } from '../../../test/platform/google.ts';
import { HOUR, setUp, TOKEN, toldHost, verified } from '../../../test/platform/host-ground.ts';
import { CALCOM_USER, EXTERNAL_USER, PLATFORM_URL } from '../../../test/platform/platform.ts';
import type { NewEvent } from '../store/index.ts';
import { hostPayload } from './payload.ts';

describe('of what it hears', () => {
  test('that a user has connected an app, and connected it again: the same connection', async () => {
    const google = await startGoogle();
    const { platform, api, host } = await setUp({ providers: google.providers });
    for (let time = 1; time <= 2; time += 1) {
      const user = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };
      const session = await api('POST', '/api/keyferry/v1/connect-sessions', {
        ...user,
        apps: ['google-calendar'],
      });
      const { url } = (await session.json()) as { url: string };
      const ada = browser({ [PLATFORM_URL]: platform.fetch });
      await ada.get(await google.consent(ada, await setOut(ada, url)));
      await platform.runOutbox();
    }
    const told = host.received.map(request => verified(request));
    const type = 'connection.connected';
    const data = { externalUserId: EXTERNAL_USER, appSlug: 'google-calendar' };
    expect(told).toMatchObject([
      { type, data },
      { type, data },
    ]);
    expect(told[0]?.data.connectionId).toBe(told[1]?.data.connectionId);
  });

  test('a connection by its user, and one that recovered, but not each refresh', async () => {
    const { platform, connect, clock, host, provider } = await setUp();
    await connect('zoom', { ...TOKEN, expiry_date: clock.now() + HOUR });
    const issue = provider.answer;
    clock.advance(HOUR);
    provider.answer = () => ({ status: 500 });
    await platform.runAhead();
    clock.advance(60_000);
    provider.answer = issue;
    await platform.runAhead();
    clock.advance(HOUR);
    await platform.runAhead();
    await platform.runOutbox();
    const types = host.received.map(({ body }) => JSON.parse(body).type);
    expect(types).toEqual(['connection.recovered']);
    expect(provider.received).toHaveLength(3);
  });

  test.each([
    ['connection.connected', 'connection.connected'],
    ['connection.reconnected', 'connection.connected'],
    ['connection.imported', null],
    ['connection.refreshed', null],
    ['connection.failing', null],
    ['connection.disconnected', 'connection.disconnected'],
    ['app.client_refused', 'app.client_refused'],
  ] satisfies [NewEvent['kind'], string | null][])('%s is told as %s', async (kind, type) => {
    const { platform, host, event } = await setUp();
    await event(kind, 'c1', { externalUserId: 'u1' });
    await platform.runOutbox();
    expect(host.received.map(({ body }) => JSON.parse(body).type)).toEqual(type === null ? [] : [type]);
  });

  test('a delivery to its instance that was stopped, with whose it is', async () => {
    const { platform, connect, receiver, host, all } = await setUp();
    const connectionId = await connect('zoom', TOKEN);
    receiver.answer = () => ({ status: 404, body: { message: 'User not found' } });
    await platform.runOutbox();
    expect(host.received.map(request => verified(request))).toMatchObject([
      {
        type: 'delivery.stopped',
        data: { connectionId, externalUserId: EXTERNAL_USER, appSlug: 'zoom', reason: 'User not found' },
      },
    ]);
    expect(await toldHost(all)).toMatchObject([
      { topic: 'host.event', event: 'delivery.stopped', targetId: 'host', calcomUserId: null, state: 'done' },
    ]);
  });

  test('an end, with its time', () => {
    const event = { connectionId: 'c1', externalUserId: 'u1', appSlug: 'zoom', detail: 'provider_stated' };
    const endsAt = Date.UTC(2026, 0, 22);
    expect(JSON.parse(hostPayload('connection.ending', { ...event, endsAt }, 0))).toEqual({
      type: 'connection.ending',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: {
        connectionId: 'c1',
        externalUserId: 'u1',
        appSlug: 'zoom',
        reason: 'provider_stated',
        endsAt: '2026-01-22T00:00:00.000Z',
      },
    });
  });
});
