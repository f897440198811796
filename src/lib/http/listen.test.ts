import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { limitConnections } from './connections.ts';
import { type Listener, type ListenOptions, listen, PortTakenError } from './listen.ts';

type Handler = Parameters<typeof listen>[0];

const LOOPBACK = { port: 0, host: '127.0.0.1' };

async function start(handler: Handler, options: ListenOptions = LOOPBACK): Promise<Listener> {
  const listener = await listen(handler, options);
  onTestFinished(() => listener.close(0));
  return listener;
}

function portOf({ url }: Listener): number {
  return Number(new URL(url).port);
}

/** A handler that holds its answer, and says when a request has come. */
function held() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const handler = () => {
    asked.resolve();
    return answer.promise;
  };
  return { handler, asked: asked.promise, answer: answer.resolve };
}

test('serves the handler at the address that it tells', async () => {
  const listener = await start(request => new Response(`${request.method} ${new URL(request.url).pathname}`));
  expect(await (await fetch(`${listener.url}/path`)).text()).toBe('GET /path');
});

test('tells an IPv6 address in brackets', async () => {
  const listener = await start(() => new Response('here'), { port: 0, host: '::1' });
  expect(listener.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await (await fetch(listener.url)).text()).toBe('here');
});

test('a taken port says which', async () => {
  const port = portOf(await start(() => new Response()));
  const second = listen(() => new Response(), { port, host: '127.0.0.1' });
  await expect(second).rejects.toThrow(PortTakenError);
  await expect(second).rejects.toMatchObject({ port, message: `Port ${port} is taken.` });
});

test('an address that is not ours is another error', async () => {
  await expect(listen(() => new Response(), { port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});

test('close lets the request under way end, takes no more, and waits for no idle connection', async () => {
  const { handler, asked, answer } = held();
  const listener = await start(handler);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const { promise: body, resolve } = Promise.withResolvers<string>();
  get(listener.url, { agent }, response => void text(response).then(resolve));
  await asked;
  // Longer than the test may take: only a drained server ends it.
  const closed = listener.close(120_000);
  await expect(fetch(listener.url)).rejects.toThrow();
  answer(new Response('in time'));
  expect(await body).toBe('in time');
  await closed;
});

test('close cuts what is not done when its grace is over', async () => {
  const { handler, asked } = held();
  const listener = await start(handler);
  const cut = expect(fetch(listener.url)).rejects.toThrow();
  await asked;
  await listener.close(0);
  await cut;
});

test('close ends connections that were kept alive', async () => {
  const listener = await start(() => new Response('ok'));
  const socket = connect(portOf(listener), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'data');
  const ended = once(socket, 'close');
  await listener.close(120_000);
  await ended;
});

test('close may be called twice', async () => {
  const listener = await start(() => new Response('ok'));
  await Promise.all([listener.close(), listener.close()]);
  await listener.close();
});

/** A connection that has sent this, and what came back. */
async function send(listener: Listener, bytes: string) {
  const socket = connect(portOf(listener), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const seen = { text: '', closed: false };
  socket.on('data', chunk => {
    seen.text += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    seen.closed = true;
  });
  await once(socket, 'connect');
  socket.write(bytes);
  return seen;
}

test.each([
  ['nothing', ''],
  ['half a header', 'POST / HTTP/1.1\r\nhost: x\r\nx-a: b'],
  ['a header and no body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n'],
  ['one request, and then nothing', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
])('where too many connections have sent %s, the oldest are cut for those that come', async (_, bytes) => {
  const listener = await start(async request => new Response(await request.text()), {
    ...LOOPBACK,
    connections: limitConnections(5),
  });
  const waiting: { closed: boolean }[] = [];
  for (let opened = 0; opened < 5; opened += 1) waiting.push(await send(listener, bytes));
  for (let asked = 0; asked < 3; asked += 1) {
    const answer = await send(listener, 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await vi.waitFor(() => expect(answer.text).toContain('200 OK'));
    await vi.waitFor(() => expect(answer.closed).toBe(true));
  }
  await vi.waitFor(() => expect(waiting[0]?.closed).toBe(true));
  expect(waiting[4]?.closed).toBe(false);
});

test('where all are being answered, the new one is cut', async () => {
  const { handler, answer } = held();
  const listener = await start(handler, { ...LOOPBACK, connections: limitConnections(2) });
  const get = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
  const first = await send(listener, get);
  await new Promise(resolve => setTimeout(resolve, 50));
  const second = await send(listener, get);
  await new Promise(resolve => setTimeout(resolve, 50));
  const third = await send(listener, get);
  await vi.waitFor(() => expect(third.closed).toBe(true));
  expect([first.closed, second.closed]).toEqual([false, false]);
  answer(new Response('done'));
  await vi.waitFor(() => expect(first.text).toContain('done'));
});

test('garbage behind a request does not take the place of its answer', async () => {
  const { handler, asked, answer } = held();
  const listener = await start(handler);
  const seen = await send(
    listener,
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhelloGARBAGE\r\n\r\n',
  );
  await asked;
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(seen.text).toBe('');
  answer(new Response('stored'));
  await vi.waitFor(() => expect(seen.closed).toBe(true));
  expect(seen.text).toMatch(/^HTTP\/1.1 200 OK[\s\S]*storedHTTP\/1.1 400 Bad Request\r\n/);
});

test.each([
  ['BREW\r\n\r\n', '400 Bad Request'],
  [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ['POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', '400 Bad Request'],
])('what is no HTTP is answered and closed', async (bytes, status) => {
  const listener = await start(async request => new Response(await request.text().catch(() => 'cut')));
  const seen = await send(listener, bytes);
  await vi.waitFor(() => expect(seen.closed).toBe(true));
  expect(seen.text).toContain(status);
});
