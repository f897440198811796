import { expect, onTestFinished, test } from 'vitest';
import { ENGINES, HOUR, SECRET, secret, setUp, TOKEN, verified } from '../../../test/platform/host-ground.ts';
import { CLIENT, EXTERNAL_USER } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';

for (const engine of ENGINES) {
  test.skipIf(!engine.available)(
    `the host hears of a grant that dies, signed, without a secret, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, host, provider } = await setUp({ location });
      const id = await connect('zoom', { ...TOKEN, expiry_date: clock.now() + HOUR });
      await platform.runOutbox();
      clock.advance(HOUR);
      provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
      await platform.runAhead();
      await platform.runOutbox();
      expect(host.received).toHaveLength(1);
      const [told] = host.received;
      expect(told).toMatchObject({
        method: 'POST',
        url: '/keyferry',
        headers: { 'content-type': 'application/json' },
      });
      expect(told?.headers['webhook-id']).toMatch(/^evt_[\da-f-]{36}$/);
      expect(Number(told?.headers['webhook-timestamp'])).toBe(Math.floor(clock.now() / 1000));
      expect(JSON.parse(told?.body ?? '')).toEqual({
        type: 'connection.needs_reconnect',
        timestamp: new Date(clock.now()).toISOString(),
        data: {
          connectionId: id,
          externalUserId: EXTERNAL_USER,
          appSlug: 'zoom',
          reason: expect.stringMatching(/^needs_reconnect|invalid_grant/),
        },
      });
    },
  );
}

test('what is signed verifies with the library, and not with another secret or body', async () => {
  const { platform, host, connect, event } = await setUp();
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const [told] = host.received;
  if (told === undefined) throw new Error('nothing came');
  expect(verified(told)).toMatchObject({ type: 'connection.recovered' });
  expect(() => verified(told, secret())).toThrow();
  expect(() => verified({ ...told, body: told.body.replace('recovered', 'connected') })).toThrow();
});

test('while a secret is changed, what is signed verifies with the old one and with the new one', async () => {
  const next = secret();
  const host = await scriptedServer();
  const { platform, connect, event } = await setUp({
    hostWebhook: { url: host.url, secrets: [SECRET, next] },
  });
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const [told] = host.received;
  if (told === undefined) throw new Error('nothing came');
  for (const one of [SECRET, next]) expect(verified(told, one).type).toBe('connection.recovered');
});

test('neither the log nor the database holds a secret of the webhook in the clear', async () => {
  const { platform, connect, event, logged, host } = await setUp();
  host.answer = () => ({ status: 400, body: { message: SECRET } });
  await event('connection.recovered', await connect('zoom', TOKEN));
  await platform.runOutbox();
  const { db } = platform.database;
  const rows = [
    await db.selectFrom('host_webhook').selectAll().execute(),
    await db.selectFrom('outbox').selectAll().execute(),
  ];
  for (const one of [SECRET, SECRET.slice(6), CLIENT.client_secret, ...Object.values(TOKEN)]) {
    expect(logged.join('')).not.toContain(one);
    expect(JSON.stringify(rows)).not.toContain(one);
  }
});
