import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type Listener, listen, PortTakenError } from './listen.ts';

type Handler = Parameters<typeof listen>[0];

async function start(handler: Handler, options = { port: 0, host: '127.0.0.1' }): Promise<Listener> {
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
