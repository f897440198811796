import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { likeZoom } from '../../../test/platform/like-zoom.ts';
import { HOUR_MS, refreshGround, tokenOf } from '../../../test/platform/refresh-ground.ts';
import { createCatalogue } from '../../apps/index.ts';
import { freshCredential } from './fresh-credential.ts';

describe('a provider that stalls', () => {
  async function stalled() {
    const ground = await refreshGround();
    const held = Promise.withResolvers<void>();
    const issue = ground.provider.answer;
    ground.provider.answer = async request => {
      await held.promise;
      return issue(request);
    };
    onTestFinished(() => held.resolve());
    return { ...ground, held };
  }

  test('is left by its caller, who hears that it goes on; the answer is stored and pushed when it comes', async () => {
    const { context, connect, held, state, provider, open } = await stalled();
    const id = await connect('rotating');
    await expect(freshCredential(context, id, { patienceMs: 1 })).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs: 2_000,
    });
    held.resolve();
    await vi.waitFor(async () => expect(await state(id)).toMatchObject({ version: 2, status: 'connected' }));
    expect(tokenOf(await freshCredential(context, id))).toBe('access-1');
    expect(provider.received).toHaveLength(1);
    expect(await open()).toBe(0);
    const wishes = await context.database.db.selectFrom('outbox').select('generation').execute();
    expect(wishes).toEqual([{ generation: 2 }]);
  });

  test('costs nobody a token that still serves', async () => {
    const { context, connect, clock } = await stalled();
    const id = await connect('rotating', { expiry_date: clock.now() + 30_000 });
    expect(tokenOf(await freshCredential(context, id, { patienceMs: 1 }))).toBe('access-0');
  });

  test('is asked once, whoever comes while it stalls', async () => {
    const { context, connect, held, provider, start } = await stalled();
    const id = await connect('rotating');
    const other = await start({ effects: { sleep: () => new Promise(resolve => setImmediate(resolve)) } });
    const impatient = [context, other, context, other].map(one =>
      freshCredential(one, id, { patienceMs: 1 }).catch(error => error.code),
    );
    expect(await Promise.all(impatient)).toEqual(['busy', 'busy', 'busy', 'busy']);
    held.resolve();
    const answers = [context, other].map(one => freshCredential(one, id, { patienceMs: 20_000 }));
    expect((await Promise.all(answers)).map(tokenOf)).toEqual(['access-1', 'access-1']);
    expect(provider.received).toHaveLength(1);
  });
});

/** A provider that writes what it is told onto each connection, for each request that comes on it. */
async function rawProvider(write: (request: number) => string) {
  let requests = 0;
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', data => {
      if (data.includes('POST ')) socket.write(write(++requests));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, requests: () => requests };
}

function http(body: object): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

test('a provider that answers twice: the second answer is taken for no other request', async () => {
  const ground = await refreshGround();
  const { context, connect, clock } = ground;
  const raw = await rawProvider(request => {
    const tokens = (which: string) => ({
      access_token: `access-${request}${which}`,
      refresh_token: `refresh-${request}${which}`,
      expires_in: 3600,
    });
    return http(tokens('')) + http(tokens(' again'));
  });
  const providers = { rotating: { tokenEndpoint: raw.url } };
  const app = likeZoom('rotating', { rotation: { rotates: true, graceMs: null } });
  const one = { ...context, catalogue: createCatalogue(providers, [app]) };
  const id = await connect('rotating');
  expect(tokenOf(await freshCredential(one, id))).toBe('access-1');
  clock.advance(2 * HOUR_MS);
  expect(tokenOf(await freshCredential(one, id))).toBe('access-2');
  clock.advance(2 * HOUR_MS);
  expect(tokenOf(await freshCredential(one, id))).toBe('access-3');
  expect(raw.requests()).toBe(3);
});

describe('a provider that drops the connection after the request was sent', () => {
  test('is told apart from one that was never reached', async () => {
    const ground = await refreshGround();
    const { context, connect, provider, state, open, events } = ground;
    const id = await connect('rotating');
    const gone = createCatalogue({ rotating: { tokenEndpoint: 'http://127.0.0.1:9' } }, [
      likeZoom('rotating', { rotation: { rotates: true, graceMs: null } }),
    ]);
    await expect(freshCredential({ ...context, catalogue: gone }, id)).rejects.toMatchObject({
      code: 'provider_unreachable',
    });
    expect(await open()).toBe(0);
    ground.clock.advance(60_000);
    provider.answer = () => ({ drop: true });
    await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_unanswered' });
    expect(await state(id)).toMatchObject({ status: 'failing', statusReason: 'provider_unanswered' });
    // It may have been done: that is not forgotten.
    expect(await open()).toBe(1);
    expect(await events()).toEqual(['connection.imported', 'connection.failing provider_unreachable']);
  });
});

describe('a provider whose answer is odd', () => {
  test.each([
    ['a status that HTTP does not have', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['an empty body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['HTML', 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>'],
  ])('%s: it is malformed, and asked again after a back-off', async (_, answer) => {
    const ground = await refreshGround();
    const { context, connect, state, clock } = ground;
    const raw = await rawProvider(() => answer);
    const app = likeZoom('rotating', { rotation: { rotates: true, graceMs: null } });
    const one = { ...context, catalogue: createCatalogue({ rotating: { tokenEndpoint: raw.url } }, [app]) };
    const id = await connect('rotating');
    for (let asked = 0; asked < 10; asked += 1)
      await expect(freshCredential(one, id)).rejects.toMatchObject({ code: 'provider_malformed' });
    expect(raw.requests()).toBe(1);
    expect(await state(id)).toMatchObject({ status: 'failing', statusReason: 'provider_malformed' });
    clock.advance(1_000);
    await expect(freshCredential(one, id)).rejects.toMatchObject({ code: 'provider_malformed' });
    expect(raw.requests()).toBe(2);
  });

  test('its good members are taken: a rotated refresh token is not lost for one that cannot be stored', async () => {
    const ground = await refreshGround();
    const { context, connect, provider, clock, presented } = ground;
    const id = await connect('rotating');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = `{"access_token":"a","refresh_token":"r2","token_type":"x\\r\\ny","expires_in":60,"x":${deep}}`;
    provider.answer = () => ({ body: text });
    const { credential } = await freshCredential(context, id);
    expect(credential).toMatchObject({ accessToken: 'a', tokenType: 'Bearer' });
    clock.advance(HOUR_MS);
    await freshCredential(context, id);
    expect(presented()).toEqual(['refresh-0', 'r2']);
  });

  test('a fault of ours while it is read is no reason to ask it without a pause', async () => {
    const ground = await refreshGround();
    const { connect, provider, state } = ground;
    const broken = await ground.start({
      outbound: real => async (url, request) => {
        await real(url, request);
        throw new RangeError('unforeseen');
      },
    });
    const id = await connect('rotating');
    await expect(freshCredential(broken, id)).rejects.toThrow('unforeseen');
    await expect(freshCredential(broken, id)).rejects.toMatchObject({ code: 'internal' });
    expect(provider.received).toHaveLength(1);
    expect(await state(id)).toMatchObject({ status: 'failing', statusReason: 'internal' });
  });
});

describe('a provider that omits', () => {
  test('the refresh token: the one before is kept', async () => {
    const { context, connect, provider, clock, presented } = await refreshGround();
    const id = await connect('rotating');
    provider.answer = () => ({ body: { access_token: 'access-x', expires_in: 3600 } });
    for (let refresh = 0; refresh < 3; refresh += 1) {
      expect(tokenOf(await freshCredential(context, id))).toBe('access-x');
      clock.advance(2 * HOUR_MS);
    }
    expect(presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-0']);
  });

  test('the expiry: the token serves until it is refused, and the end of the one before is not taken', async () => {
    const { context, connect, provider, clock, state } = await refreshGround();
    const id = await connect('rotating');
    provider.answer = () => ({ body: { access_token: 'access-x', refresh_token: 'refresh-x' } });
    await freshCredential(context, id);
    expect(await state(id)).toMatchObject({ expiresAt: null });
    clock.advance(100 * HOUR_MS);
    expect(tokenOf(await freshCredential(context, id))).toBe('access-x');
    expect(provider.received).toHaveLength(1);
  });

  test('the access token where the record has it: the grant is not called dead, and the answer is kept', async () => {
    const { context, connect, provider, state, open, clock } = await refreshGround();
    const id = await connect('rotating');
    provider.answer = () => ({
      body: { data: { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 7200 } },
    });
    await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_malformed' });
    expect(await state(id)).toMatchObject({ version: 1, status: 'failing' });
    expect(await open()).toBe(1);
    // Whoever corrects the record finds what was answered.
    clock.advance(60_000);
    const rotation = { rotates: true, graceMs: null };
    const corrected = createCatalogue({}, [likeZoom('rotating', { rotation, envelope: 'data' })]);
    expect(tokenOf(await freshCredential({ ...context, catalogue: corrected }, id))).toBe('access-1');
    expect(provider.received).toHaveLength(1);
    expect(await open()).toBe(0);
  });
});

describe('a provider that changes the unit of its expiry', () => {
  test.each([
    ['seconds from now', (_now: number) => 3600],
    ['seconds as a text', (_now: number) => '3600'],
    ['an epoch in seconds', (now: number) => Math.floor(now / 1000) + 3600],
    ['an epoch in milliseconds', (now: number) => now + HOUR_MS],
  ])('to %s is understood', async (_, expiresIn) => {
    const { context, connect, provider, clock, state } = await refreshGround();
    const id = await connect('rotating');
    provider.answer = () => ({ body: { access_token: 'a', expires_in: expiresIn(clock.now()) } });
    await freshCredential(context, id);
    const { expiresAt } = await state(id);
    expect(Math.abs((expiresAt ?? 0) - (clock.now() + HOUR_MS))).toBeLessThan(1_000);
  });
});
