import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ENGINES,
  HOUR,
  SECRET,
  setUp,
  TOKEN,
  toldHost,
  verified,
} from '../../../test/platform/host-ground.ts';
import type { Scripted } from '../../../test/platform/server.ts';

describe('a host', () => {
  test.each([
    ['500', { status: 500 }],
    ['429', { status: 429 }],
    ['408', { status: 408 }],
    ['404, as while it is deployed,', { status: 404, body: { message: 'Not Found' } }],
    ['401', { status: 401 }],
    ['302, to a page for now,', { status: 302, headers: { location: '/maintenance' } }],
    ['a cut connection', { drop: true }],
  ] satisfies [string, Scripted][])('that answers %s hears again, under the same id', async (_, fault) => {
    const { platform, host, connect, event, clock, all } = await setUp();
    await event('connection.recovered', await connect('zoom', TOKEN));
    const fine = host.answer;
    host.answer = () => fault;
    await platform.runOutbox();
    expect(await toldHost(all)).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    host.answer = fine;
    clock.advance(2_000);
    await platform.runOutbox();
    expect(await toldHost(all)).toMatchObject([{ state: 'done', attempts: 2 }]);
    const [first, second] = host.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    for (const one of host.received) expect(verified(one).type).toBe('connection.recovered');
  });

  test('that answers nothing but 404 is told for three days; then the event is put aside, and it is written down', async () => {
    const { platform, host, connect, event, clock, all, api } = await setUp();
    const id = await connect('zoom', TOKEN);
    await event('connection.recovered', id);
    const began = clock.now();
    host.answer = () => ({ status: 404, body: '<html>' });
    for (let hours = 0; hours < 100; hours += 1) {
      await platform.runOutbox();
      clock.advance(HOUR);
    }
    const [stopped] = await toldHost(all);
    expect(stopped).toMatchObject({ state: 'stopped', lastStatus: 404 });
    expect(Number(stopped?.updatedAt) - began).toBeGreaterThanOrEqual(72 * HOUR);
    expect(Number(stopped?.updatedAt) - began).toBeLessThanOrEqual(79 * HOUR);
    const { events } = (await (await api('GET', `/api/keyferry/v1/connections/${id}`)).json()) as {
      events: object[];
    };
    expect(events[0]).toMatchObject({ kind: 'delivery.noted', detail: "the host's webhook: answered 404" });
    const asked = host.received.length;
    clock.advance(24 * HOUR);
    await platform.runOutbox();
    expect(host.received).toHaveLength(asked);
  });

  test('that refuses is not told again, nor of that, until somebody says so', async () => {
    const { platform, host, connect, event, clock, all, api } = await setUp();
    await event('connection.recovered', await connect('zoom', TOKEN));
    host.answer = () => ({ status: 410, body: { message: `gone ${SECRET}` } });
    await platform.runOutbox();
    clock.advance(24 * HOUR);
    expect(await platform.runOutbox()).toBe(0);
    expect(host.received).toHaveLength(1);
    const [stopped] = await toldHost(all, '&state=stopped');
    expect(stopped).toMatchObject({ lastStatus: 410, lastError: 'gone [secret]', attempts: 1 });
    host.answer = () => ({});
    const path = `/api/keyferry/v1/deliveries/${stopped?.id}/retry`;
    const retried = await api('POST', path);
    expect([retried.status, await retried.json()]).toMatchObject([202, { state: 'waiting', attempts: 0 }]);
    await platform.runOutbox();
    expect(host.received).toHaveLength(2);
    expect((await api('POST', path)).status).toBe(404);
    expect((await api('POST', '/api/keyferry/v1/deliveries/999999/retry')).status).toBe(404);
  });
});

describe.each(ENGINES.filter(({ available }) => available))('on $name', engine => {
  async function setUpOn() {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    return setUp({ location });
  }

  test('a host hears of one connection in order, and of others meanwhile', async () => {
    const { platform, host, connect, event, clock } = await setUpOn();
    const one = await connect('zoom', TOKEN);
    await event('connection.needs_reconnect', one);
    await event('connection.connected', one);
    await event('connection.recovered', 'another', { externalUserId: 'u2' });
    const fine = host.answer;
    host.answer = ({ body }) => (body.includes(one) ? { status: 503 } : {});
    await platform.runOutbox();
    clock.advance(1);
    await platform.runOutbox();
    const told = () => host.received.map(({ body }) => JSON.parse(body).type);
    expect(new Set(told())).toEqual(new Set(['connection.needs_reconnect', 'connection.recovered']));
    expect(host.received).toHaveLength(2);
    host.answer = fine;
    clock.advance(2_000);
    await platform.runOutbox();
    expect(told().slice(2)).toEqual(['connection.needs_reconnect', 'connection.connected']);
  });

  test('all stopped deliveries go again, of one target or of all', async () => {
    const { platform, connect, receiver, host, event, api } = await setUpOn();
    const id = await connect('zoom', TOKEN);
    await connect('google-calendar', TOKEN);
    await event('connection.recovered', id);
    receiver.answer = () => ({ status: 400 });
    host.answer = () => ({ status: 410 });
    await platform.runOutbox();
    const retry = async (body: object) =>
      (await (await api('POST', '/api/keyferry/v1/deliveries/retry', body)).json()) as { deliveries: number };
    // The two pushes; that each stopped is an event more.
    expect(await retry({ targetId: 'default' })).toEqual({ deliveries: 2 });
    expect(await retry({})).toEqual({ deliveries: 3 });
    expect(await retry({})).toEqual({ deliveries: 0 });
    receiver.answer = () => ({});
    host.answer = () => ({});
    expect(await platform.runOutbox()).toBe(5);
  });
});
